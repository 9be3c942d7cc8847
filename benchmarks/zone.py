"""What octoDNS plans over: as many records of the usual kinds, one in ten of them changed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CONFIG: Final = "config.yaml"
_CONFIG: Final = """---
providers:
  want:
    class: octodns.provider.yaml.YamlProvider
    directory: ./want
  have:
    class: octodns.provider.yaml.YamlProvider
    directory: ./have
zones:
  example.com.:
    sources: [want]
    targets: [have]
"""
_MX: Final = """type: MX
  values:
    - exchange: mx1.example.com.
      preference: 10
    - exchange: mx2.example.com.
      preference: 20
"""
_EVERY_CHANGED: Final = 10


def write_zone(folder: Path, count: int) -> Path:
    """Write ``count`` records as they are wanted and as they are; return the folder."""
    for name, ttl in (("want", 300), ("have", 600)):
        (folder / name).mkdir(parents=True)
        records = "".join(_record(number, ttl if number % _EVERY_CHANGED == 1 else 300) for number in range(count))
        (folder / name / "example.com.yaml").write_text(f"---\n{records}", encoding="utf-8")
    (folder / CONFIG).write_text(_CONFIG, encoding="utf-8")
    return folder


def _record(number: int, ttl: int) -> str:
    octet = number % 250
    addresses = f"type: A\n  values:\n    - 192.0.2.{octet}\n    - 198.51.100.{octet}\n"
    alias = "type: CNAME\n  value: target.example.com.\n"
    text = f"type: TXT\n  value: Login codes for brand{number}\n"
    kind = (addresses, addresses, addresses, addresses, alias, alias, _MX, text)[number % 8]
    return f"brand-{number:06}:\n  ttl: {ttl}\n  {kind}"
