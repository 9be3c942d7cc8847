"""The least that looking at images costs: read each, digest it, decode it."""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

from PIL import Image


def main() -> None:
    """Take a folder and print the digest of each image in it."""
    for path in sorted(Path(sys.argv[1]).iterdir()):
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            image.load()
        print(hashlib.sha256(data).hexdigest(), path.name)


if __name__ == "__main__":
    main()
