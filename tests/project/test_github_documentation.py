from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from reconciler.github.posts import MOST_NEW
from reconciler.github.workflow import MAX_ARCHIVE
from reconciler.render.document import MAX_BYTES

TOP = Path(__file__).parents[2]
TEXT = (TOP / "docs/github.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_policies_are_json_and_only_the_role_that_may_look_is_written_out() -> None:
    policy, trust, subject = blocks("json")
    [statement] = json.loads(policy)["statement"]
    assert statement["action"] == ["name/sms:DescribeSmsSignList", "name/sts:GetCallerIdentity"]
    [trusted] = json.loads(trust)["statement"]
    conditions = trusted["condition"]["string_equal"]
    assert not any("environment" in name or "*" in name for name in conditions["oidc:sub"])
    assert json.loads(f"{{{subject}}}")["oidc:sub"] == ["repo:acme/signatures:environment:sms-signatures"]
    assert all(yaml.safe_load(block) for block in blocks("yaml"))


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"opens {MOST_NEW} of them at most" in TEXT
    assert f"at most {MAX_ARCHIVE // 2**20} MiB packed and {MAX_BYTES // 2**20} MiB unpacked" in TEXT


def test_every_caller_is_introduced_and_there() -> None:
    linked = re.findall(r"\]\(github/([\w-]+\.yml)\)", TEXT)
    assert sorted(linked) == sorted(file.name for file in (TOP / "docs/github").glob("*.yml"))


def test_the_steps_are_numbered_from_one_without_a_gap() -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. \*\*", TEXT, re.MULTILINE)]
    assert numbers == list(range(1, 11))


def test_the_patterns_allow_every_action_that_the_workflows_use_and_no_other() -> None:
    ours, others = (set(block.split()) for block in blocks("text"))
    used = set()
    for file in [*(TOP / ".github/workflows").glob("*.yml"), *(TOP / "docs/github").glob("*.yml")]:
        if file.stem not in {"ci", "release"}:  # of this repository alone
            used |= set(re.findall(r"uses: (\S+?)@", file.read_text(encoding="utf-8")))
    assert {f"{action}@*" for action in used if action.startswith("actions/")} == others
    called = {f"{name}@{'0' * 40}" for name in used if name.startswith("acme/")}
    called.add(f"acme/sms-signature-reconciler/.github/actions/reconciler@{'0' * 40}")
    assert all(any(fnmatchcase(name, pattern) for pattern in ours) for name in called)
    assert all(any(fnmatchcase(name, pattern) for name in called) for pattern in ours)
