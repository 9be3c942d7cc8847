"""A fleet as steps of a workflow: accounts whose record would die with the runner, and changes that wait on main."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from reconciler.cli.github_branches import with_refusals
from reconciler.definitions.messages import BRANCH_MISSING
from reconciler.diagnostics import Diagnostic, Location
from reconciler.fleet.accounts import shard_of
from reconciler.planning.saved_plan import write_fleet_plan
from reconciler.render.document import FleetDocument
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.commands import Done
from tests.fixtures.fleets import write_fleet
from tests.fixtures.project import pending
from tests.fixtures.repositories import git
from tests.fixtures.steps import Step, outside_of_stop

HUB = "100012345678"
NAMES = ("alpha", "beta", "eu/gamma")
PATTERN = "reconciler-state/*"
MISSING = "no `state.branch`: a workflow does not apply this account"


class Fleet(NamedTuple):
    """A step in the checkout of a fleet with a change in each account, and what the vendor has of them."""

    step: Step
    sandbox: Sandbox

    def run(self, command: str, *arguments: str) -> Done:
        reached = ("--endpoint", self.sandbox.url) if command != "list" and "--offline" not in arguments else ()
        return self.step.run(f"fleet-{command}", "--paths", "accounts", *reached, *arguments)

    @property
    def written(self) -> set[str]:
        """The accounts that took a submission, by the last three figures of their number."""
        return {entry["uin"][-3:] for entry in self.sandbox.requests if entry["action"] == "ModifySmsSign"}

    def entries(self) -> dict[str, dict[str, Any]]:
        return {entry["name"]: entry for entry in self.step.document["accounts"]}

    def rewrite(self, name: str, pattern: str, text: str) -> None:
        file = self.step.top / "accounts" / name / "signatures.yaml"
        file.write_text(re.sub(pattern, text, file.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture
def fleet(step: Step) -> Iterator[Fleet]:
    hub = step.top.parent / "hub.git"
    git(step.top.parent, "init", "-q", "--bare", "-b", "main", str(hub))
    git(step.top, "init", "-q", "-b", "main")
    git(step.top, "remote", "add", "origin", str(hub))
    changes = dict.fromkeys(NAMES, (pending(1),))
    seeds = write_fleet(step.top / "accounts", changes, roles=True, branches=True)
    environ = {**step.environ, "RECONCILER_ROLES": "qcs::cam::uin/*:roleName/*"}
    with running(Options(seed=AccountData(HUB), others=tuple(seeds.values()), limits=False)) as sandbox:
        yield Fleet(Step(step.top, environ), sandbox)


def commit(fleet: Fleet) -> None:
    git(fleet.step.top, "add", "accounts")
    git(fleet.step.top, "commit", "-q", "-m", "Define")
    git(fleet.step.top, "push", "-q", "origin", "main")


def without_branch(fleet: Fleet, name: str = "beta") -> None:
    fleet.rewrite(name, r"state: .*\n", "")


def of_another_branch(fleet: Fleet, name: str = "beta") -> None:
    fleet.rewrite(name, r"state: .*\n", "state: {branch: elsewhere}\n")


@pytest.mark.parametrize(
    ("spoil", "told", "to_write", "place"),
    [
        (without_branch, MISSING, "add a section `state` with `branch: reconciler-state/beta`", "line=2,col=1"),
        (of_another_branch, "`state.branch` is `elsewhere`", "write `branch: reconciler-state/beta`", "line=3,col=17"),
    ],
)
def test_an_account_whose_record_would_be_lost_is_refused_and_the_others_are_applied(
    fleet: Fleet, spoil: Any, told: str, to_write: str, place: str
) -> None:
    spoil(fleet)
    commit(fleet)
    done = fleet.run("apply", "--state-branch", PATTERN)
    assert (done.code, fleet.step.outputs["exit-reason"]) == (6, "refused"), done.out
    assert fleet.written == {"001", "003"}
    entry = fleet.entries()["beta"]
    assert (entry["exit_code"], entry["error"]["code"]) == (6, "Client.Refused")
    assert told in entry["error"]["message"]
    assert to_write in entry["error"]["hint"]
    assert list(fleet.entries()) == sorted(NAMES)
    summary = fleet.step.document["summary"]
    assert summary == {"accounts": 3, "failed": 1, "exit_code": 6, "counts": {"accepted": 2}}
    [annotation] = [line for line in outside_of_stop(done.out) if line.startswith("::error")]
    assert annotation.startswith(f"::error file=accounts/beta/signatures.yaml,{place},")
    assert told in annotation
    assert "<code>beta</code>: <code>Client.Refused</code>" in fleet.step.summary


def test_a_fleet_without_any_record_on_a_branch_writes_nothing(fleet: Fleet) -> None:
    for name in NAMES:
        without_branch(fleet, name)
    commit(fleet)
    done = fleet.run("apply")
    assert done.code == 6
    assert not fleet.sandbox.requests
    assert {name: entry["error"]["code"] for name, entry in fleet.entries().items()} == dict.fromkeys(
        sorted(NAMES), "Client.Refused"
    )


def test_a_name_that_is_a_pattern_lets_no_other_account_write(fleet: Fleet) -> None:
    places = fleet.step.top / "accounts"
    (places / "alpha").rename(places / "[ab]eta")
    without_branch(fleet)
    commit(fleet)
    assert fleet.run("apply").code == 6
    assert fleet.written == {"001", "003"}
    assert fleet.entries()["beta"]["error"]["code"] == "Client.Refused"


@pytest.mark.parametrize("narrowed", ["plan", "shard", "changed-since"])
def test_an_account_that_the_apply_leaves_alone_is_not_asked_for_its_record(fleet: Fleet, narrowed: str) -> None:
    without_branch(fleet)
    commit(fleet)
    saved = fleet.step.top / "saved.json"
    match narrowed:
        case "plan":
            assert fleet.run("plan").code == 0
            plans = json.loads((fleet.step.top / "out" / "plan.json").read_text(encoding="utf-8"))
            plans["accounts"].pop("beta")
            saved.write_text(json.dumps(plans), encoding="utf-8")
            given = ("--plan", str(saved))
        case "shard":
            assert shard_of("alpha", 2) != shard_of("beta", 2)
            given = ("--shard", str(shard_of("alpha", 2)))
        case _:
            fleet.rewrite("alpha", "remark: .*", "remark: Other")
            before = git(fleet.step.top, "rev-parse", "HEAD")
            commit(fleet)
            given = ("--changed-since", before)
    done = fleet.run("apply", "--state-branch", PATTERN, *given)
    assert done.code == 0, done.out
    assert "001" in fleet.written
    assert "beta" not in fleet.entries()


def test_what_cannot_be_narrowed_is_told_by_the_command_and_nothing_is_written(fleet: Fleet) -> None:
    without_branch(fleet)
    commit(fleet)
    done = fleet.run("apply", "--shard", "9/2")
    assert (done.code, fleet.step.outputs["exit-reason"]) == (2, "usage")
    assert "9/2" in done.out
    assert not fleet.sandbox.requests


@pytest.mark.parametrize(("given", "code"), [((), 6), (("--offline",), 6), (("--tolerate-refusals",), 0)])
def test_a_plan_foretells_what_the_apply_will_refuse(fleet: Fleet, given: tuple[str, ...], code: int) -> None:
    without_branch(fleet)
    commit(fleet)
    done = fleet.run("plan", "--state-branch", PATTERN, *given)
    assert (done.code, fleet.step.outputs["exit-code"]) == (code, "6")
    annotations = [line for line in outside_of_stop(done.out) if line.startswith("::error")]
    assert any(line.startswith("::error file=accounts/beta/signatures.yaml,line=2,") for line in annotations)
    assert "**Problems of the definitions (1)**" in fleet.step.summary
    assert "a workflow does not apply this account" in fleet.step.summary
    assert "a workflow does not apply this account" in (fleet.step.top / "out" / "plan.html").read_text(
        encoding="utf-8"
    )
    assert fleet.entries()["beta"]["exit_code"] == fleet.step.document["summary"]["exit_code"] == 6
    assert "plan" in fleet.entries()["beta"]


def test_a_plan_where_no_workflow_applies_asks_for_no_branch(fleet: Fleet) -> None:
    without_branch(fleet)
    commit(fleet)
    done = fleet.run("plan")
    assert done.code == 0, done.out
    assert not [line for line in outside_of_stop(done.out) if line.startswith("::")]
    assert "not submitted" not in fleet.step.summary


def test_only_accounts_with_changes_get_jobs(fleet: Fleet) -> None:
    saved = fleet.step.top / "out" / "plan.json"
    fleet.rewrite("beta", "New 1", "Old 1")
    commit(fleet)
    assert fleet.run("plan").code == 0
    assert list(json.loads(saved.read_text(encoding="utf-8"))["accounts"]) == ["alpha", "eu/gamma"]
    assert fleet.run("list", "--plan", str(saved), "--shards", "200").code == 0
    wanted = sorted(shard_of(name, 200) for name in ("alpha", "eu/gamma"))
    assert json.loads(fleet.step.outputs["matrix"]) == {"include": [{"shard": str(shard)} for shard in wanted]}
    assert fleet.step.outputs["any"] == "true"


def test_saved_plans_without_an_account_get_no_job(fleet: Fleet) -> None:
    saved = fleet.step.top / "saved.json"
    write_fleet_plan(saved, {})
    assert fleet.run("list", "--plan", str(saved)).code == 0
    assert json.loads(fleet.step.outputs["matrix"]) == {"include": []}
    assert fleet.step.outputs["any"] == "false"


def test_what_is_defined_and_not_submitted_is_warned_of_until_nothing_differs(fleet: Fleet) -> None:
    told = fleet.run("plan", "--unsubmitted")
    warnings = [line for line in outside_of_stop(told.out) if line.startswith("::warning")]
    files = Counter(re.findall(r"file=accounts/(\S+)/signatures.yaml,line=", "\n".join(warnings)))
    assert files == Counter(NAMES)
    assert all("defined here and not submitted" in line for line in warnings)
    assert "**Defined here and not submitted: 3." in fleet.step.summary
    for name in NAMES:
        fleet.rewrite(name, "New 1", "Old 1")
    Path(fleet.step.environ["GITHUB_STEP_SUMMARY"]).write_text("", encoding="utf-8")
    after = fleet.run("plan", "--unsubmitted")
    assert not [line for line in outside_of_stop(after.out) if line.startswith("::")]
    assert "not submitted" not in fleet.step.summary


def test_what_is_gone_stays_named_beside_the_accounts_that_are_left_out() -> None:
    summary = {"accounts": 0, "failed": 0, "exit_code": 0, "counts": {}}
    document = cast("FleetDocument", {"version": 1, "accounts": [], "summary": summary, "deleted": ["old"]})
    found = with_refusals(document, {"acme": Diagnostic(Location("a.yaml", 2, 1), BRANCH_MISSING)})
    assert (found["deleted"], [entry["name"] for entry in found["accounts"]]) == (["old"], ["acme"])
