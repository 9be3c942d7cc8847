"""What act and the linters cannot show is read off the files: permissions, pins, limits, and what a fork can reach."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.model.plan import Verdict

TOP = Path(__file__).parents[2]
WORKFLOWS = sorted((TOP / ".github/workflows").glob("*.yml"))
CALLERS = sorted((TOP / "docs/github").glob("*.yml"))
ACTION = TOP / ".github/actions/reconciler/action.yml"
if not WORKFLOWS:
    pytest.skip("the source distribution leaves the workflows out", allow_module_level=True)

PINNED = {
    "actions/attest-build-provenance": "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32",
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
}
OURS = "$/.github/actions/reconciler"
FLEET_JOBS = (("fleet-plan", "plan"), ("fleet-apply", "apply"), ("fleet-drift", "drift"))
EVERY = pytest.mark.parametrize("file", [*WORKFLOWS, *CALLERS], ids=lambda file: f"{file.parent.name}-{file.stem}")


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # text only
    return content


def job(workflow: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = read(TOP / f".github/workflows/{workflow}.yml")["jobs"][name]
    return found


def caller(name: str) -> dict[str, Any]:
    return read(TOP / f"docs/github/{name}.yml")


def steps() -> Iterator[dict[str, Any]]:
    for file in WORKFLOWS:
        for item in read(file)["jobs"].values():
            yield from item["steps"]
    yield from read(ACTION)["runs"]["steps"]


def test_zizmor_is_told_to_overlook_no_more_than_two_things() -> None:
    rules = read(TOP / ".github/zizmor.yml")["rules"]
    assert [file for rule in rules.values() for file in rule["ignore"]] == ["comment.yml"]
    files = [*WORKFLOWS, *CALLERS, ACTION]
    told: Counter[str] = Counter()
    for file in files:
        told[file.name] += file.read_text(encoding="utf-8").count("zizmor: ignore")
    # A caller is copied into repositories that have no such file: what it needs is said in the line itself.
    assert {name for name, count in told.items() if count} == {"comment.yml"}
    assert sum(told.values()) == 1


def test_the_callers_pass_the_checkers_as_they_are_copied(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for caller in CALLERS:
        shutil.copy(caller, folder)
    for command in (("actionlint",), ("zizmor", "--offline", "--no-config", ".github/workflows")):
        program = Path(sys.executable).with_name(command[0])
        if not program.exists():
            pytest.skip("the lowest versions are tried without the checkers")
        child = subprocess.run([program, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert child.returncode == 0, child.stdout + child.stderr


@EVERY
def test_nothing_is_permitted_but_what_a_job_names(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {}
    assert all(item["permissions"] for item in workflow["jobs"].values())


@EVERY
def test_runs_are_queued_or_replaced_on_purpose(file: Path) -> None:
    assert read(file)["concurrency"].keys() == {"group", "cancel-in-progress"}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_job_has_a_time_limit(file: Path) -> None:
    assert all(int(item["timeout-minutes"]) <= 360 for item in read(file)["jobs"].values())


def test_only_githubs_own_actions_are_used_each_by_its_commit() -> None:
    used = {step["uses"] for step in steps() if "uses" in step} - {OURS}
    assert used == {f"{action}@{commit}" for action, commit in PINNED.items()}
    assert not any("uses" in step for step in read(ACTION)["runs"]["steps"])


def test_no_value_is_pasted_into_shell_text() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)


def test_the_action_takes_only_known_wheels_of_others_and_builds_only_itself() -> None:
    scripts = [step.get("run", "") for step in read(ACTION)["runs"]["steps"]]
    found = re.findall(r"pip install (.*)", "\n".join(scripts).replace("\\\n", " "))
    others, ourselves = (set(re.sub(r"--quiet|--disable-pip-version-check", "", line).split()) for line in found)
    lock = {"--requirement", '"$GITHUB_ACTION_PATH/requirements.txt"'}
    assert others == {"--only-binary", ":all:", "--require-hashes", *lock}
    assert ourselves == {"--no-index", "--no-deps", "--no-build-isolation", '"$GITHUB_ACTION_PATH/../../.."'}


def test_the_action_hands_on_the_count_of_each_verdict() -> None:
    outputs = read(ACTION)["outputs"]
    counted = {name for name, output in outputs.items() if output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"}
    assert counted >= {verdict.value for verdict in Verdict}


def test_no_module_comes_from_the_folder_of_the_run() -> None:
    scripts = "\n".join(step["run"] for step in read(ACTION)["runs"]["steps"])
    assert re.findall(r'python\d?"? (\S+) -m', scripts) == ["-I"] * 3


def test_no_checkout_leaves_its_token_behind() -> None:
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)


@pytest.mark.parametrize("plan", ["plan", "fleet-plan"])
def test_a_fork_gets_no_secret_and_no_token_that_can_write(plan: str) -> None:
    fork = job(plan, "plan-of-fork")
    assert fork["permissions"] == {"contents": "read"}
    assert "secrets." not in str(fork)
    assert "role-arn" not in str(fork)
    assert "head.repo.full_name != github.repository" in fork["if"]
    assert "head.repo.full_name == github.repository" in job(plan, "plan")["if"]


def test_the_run_after_a_forks_run_takes_nothing_from_it_but_the_checked_document() -> None:
    workflow = read(TOP / ".github/workflows/comment.yml")
    [comment] = workflow["jobs"].values()
    assert comment["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step["uses"] for step in comment["steps"]] == [OURS]
    assert "head_repository.full_name != github.repository" in comment["if"]
    assert "secrets" not in workflow["on"]["workflow_call"]


@pytest.mark.parametrize("plan", ["plan", "fleet-plan"])
def test_who_comments_has_no_keys_and_who_has_keys_does_not_comment(plan: str) -> None:
    assert job(plan, "plan")["permissions"] == {"contents": "read", "id-token": "write"}
    assert job(plan, "comment")["permissions"] == {"pull-requests": "write"}
    assert "secrets." not in str(job(plan, "comment"))


@pytest.mark.parametrize("name", ["apply", "fleet-apply"])
def test_an_apply_is_approved_never_cancelled_and_sees_the_whole_history(name: str) -> None:
    workflow, apply = read(TOP / f".github/workflows/{name}.yml"), job(name, "apply")
    assert workflow["concurrency"]["cancel-in-progress"] == "false"
    assert apply["environment"] == "${{ inputs.environment }}"
    assert apply["steps"][0]["with"]["fetch-depth"] == "0"
    assert apply["needs"] == "plan"
    assert apply["permissions"] == {"contents": "write", "id-token": "write"}
    applied = apply["steps"][2]["with"]
    assert applied["plan-file"] == "${{ runner.temp }}/plan/plan.json"
    assert applied["role-arn"] == "${{ inputs.apply-role-arn }}"
    assert "apply-role-arn" not in str(job(name, "plan"))


def test_an_apply_of_a_fleet_plans_all_of_it_whatever_the_push_touched() -> None:
    # GitHub keeps the newest waiting run only: one that saw its own push alone would lose those before it for good.
    assert "changed-since" not in str(read(TOP / ".github/workflows/fleet-apply.yml"))
    assert "github.event.before" not in str(caller("fleet-apply"))


def test_a_pull_request_of_a_fleet_plans_what_it_touches_and_foretells_the_refusals_of_the_apply() -> None:
    for name in ("plan", "plan-of-fork"):
        given = [step["with"] for step in job("fleet-plan", name)["steps"] if step.get("uses") == OURS]
        assert [found["changed-since"] for found in given] == ["${{ github.event.pull_request.base.sha }}"]
        assert [found["state-branch"] for found in given] == ["${{ inputs.state-branch }}"]
    patterns = {
        caller(name)["jobs"][kind]["with"]["state-branch"] for name, kind in FLEET_JOBS if name != "fleet-drift"
    }
    assert len(patterns) == 1


def test_a_refusal_in_the_plan_of_an_apply_fails_the_run_at_last() -> None:
    steps_of_plan = job("fleet-apply", "plan")["steps"]
    assert steps_of_plan[-1]["run"] == "exit 6"
    assert "exit-reason == 'refused'" in steps_of_plan[-1]["if"]


def test_a_fleets_workflows_start_for_images_wherever_they_are() -> None:
    assert caller("fleet-plan")["on"]["pull_request"] == ""
    assert caller("fleet-apply")["on"]["push"] == {"branches": ["main"]}


@pytest.mark.parametrize("name", ["apply", "drift", "fleet-apply", "fleet-drift"])
def test_an_apply_and_a_drift_can_be_started_by_hand(name: str) -> None:
    assert "workflow_dispatch" in caller(name)["on"]


def test_the_callers_write_out_the_roles_that_the_page_on_security_allows() -> None:
    page = (TOP / "docs/security.md").read_text(encoding="utf-8")
    may_look = set(re.findall(r'"(qcs::cam::uin/[0-9]+:roleName/sms-signatures-plan)"', page))
    assert len(may_look) == 2
    may_write = {role.removesuffix("-plan") for role in may_look}
    for name, kind in FLEET_JOBS:
        allowed = caller(name)["jobs"][kind]["with"]["allowed-roles"].split()
        assert sorted(allowed) == sorted(may_look | (may_write if kind == "apply" else set()))


def test_one_comment_workflow_serves_forks_of_both_kinds_of_plan() -> None:
    comment = caller("comment")
    names = {kind: caller(kind)["name"] for kind in ("plan", "fleet-plan")}
    assert comment["on"]["workflow_run"]["workflows"] == list(names.values())
    defaults = {kind: read(TOP / f".github/workflows/{kind}.yml")["on"]["workflow_call"]["inputs"] for kind in names}
    single, fleet = (defaults[kind]["name"]["default"] for kind in names)
    expected = f"${{{{ github.event.workflow_run.name == '{names['fleet-plan']}' && '{fleet}' || '{single}' }}}}"
    assert comment["jobs"]["comment"]["with"] == {"name": expected}


def test_one_shard_that_fails_stops_no_other() -> None:
    strategy = job("fleet-apply", "apply")["strategy"]
    assert strategy == {"fail-fast": "false", "matrix": "${{ fromJSON(needs.plan.outputs.matrix) }}"}


def test_only_an_apply_and_a_release_may_write_to_the_repository() -> None:
    writers = [
        (file.stem, name)
        for file in WORKFLOWS
        for name, item in read(file)["jobs"].items()
        if item["permissions"].get("contents") == "write"
    ]
    assert writers == [("apply", "apply"), ("fleet-apply", "apply"), ("release", "announce")]


@pytest.mark.parametrize("file", CALLERS, ids=lambda file: file.stem)
def test_a_caller_grants_just_what_the_called_jobs_ask_for(file: Path) -> None:
    [call] = read(file)["jobs"].values()
    assert call["uses"] == f"acme/sms-signature-reconciler/.github/workflows/{file.name}@{'0' * 40}"
    asked: dict[str, str] = {}
    for item in read(TOP / ".github/workflows" / file.name)["jobs"].values():
        for name, level in item["permissions"].items():
            asked[name] = "write" if "write" in {level, asked.get(name)} else "read"
    assert call["permissions"] == asked


@pytest.mark.parametrize("file", CALLERS, ids=lambda file: file.stem)
def test_a_caller_gives_only_inputs_that_there_are(file: Path) -> None:
    [call] = read(file)["jobs"].values()
    inputs = read(TOP / ".github/workflows" / file.name)["on"]["workflow_call"]["inputs"]
    assert call.get("with", {}).keys() <= inputs.keys()


def test_steps_give_the_action_only_inputs_that_it_has() -> None:
    inputs = read(ACTION)["inputs"].keys()
    for step in steps():
        if step.get("uses") == OURS:
            assert step["with"].keys() <= inputs


def test_this_repository_runs_everything_on_every_python_it_promises() -> None:
    test = job("ci", "test")
    assert test["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert [step["run"] for step in test["steps"] if "run" in step] == [".ci/run"]


@pytest.mark.parametrize(
    ("name", "constraints"),
    [("wheel", "constraints.txt"), ("lowest", ".ci/constraints-lowest.txt"), ("newest", None)],
)
def test_a_job_says_which_versions_it_installs(name: str, constraints: str | None) -> None:
    found = job("ci", name)
    assert any("pip install" in step.get("run", "") for step in found["steps"])
    named = ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT") if constraints else ()
    assert found.get("env", {}) == dict.fromkeys(named, constraints)
    assert constraints is None or (TOP / constraints).is_file()


def test_the_newest_versions_are_tried_every_week() -> None:
    assert [len(entry["cron"].split()) for entry in read(TOP / ".github/workflows/ci.yml")["on"]["schedule"]] == [5]
    assert "github.event_name == 'schedule'" in job("ci", "newest")["if"]
