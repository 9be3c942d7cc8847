"""The record as a file on a branch of the remote: read by a fetch, changed by a push that loses no race unseen."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Final, Self

from reconciler.errors import Refusal, RemoteError, StateError, said
from reconciler.files import OWN_FOLDER
from reconciler.model.state import HistoryEntry, State
from reconciler.state.checkout import SeenBranch
from reconciler.state.codec import MAX_BYTES, Lines, dump, parse
from reconciler.state.git_command import GitTimeout
from reconciler.state.git_repository import FetchedTogether, GitRepository, Leaf, conflict
from reconciler.state.store import Snapshot, Step, WentBack, check_name, empty_state, is_record_file

_MAX_LENGTH: Final = 200
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-./]|[./]$|^@$|^HEAD$")


def check_branch(name: str) -> None:
    """Raise StateError for what git would not take as a branch, or could take for an option or another ref."""
    printable = name.isprintable() and name.encode("utf-8", "replace").decode() == name
    if not name or len(name) > _MAX_LENGTH or not printable or _FORBIDDEN.search(name):
        raise StateError(
            "{name} cannot be the name of a branch",
            hint="Use letters, digits, dashes and single slashes, like reconciler-state.",
            name=ascii(name),
        )


# What git's answer to a push means where the branch did not move: try again, or give up.
#
# Git tells a lost race in several wordings, by its version, the transport and the moment: before the push it is stale
# info, fetch first or non-fast-forward; during it, the server cannot lock the ref or finds that it exists already.


_DENIED: Final = (
    r"(?i)(error:|http) 40[13]|denied|declined|aborted by hook|permission|protected branch|not allowed|read[- ]only"
    r"|not authori[sz]ed|authentication failed|could not read (username|password)"
)


_RACE: Final = (
    r"(?i)stale info|cannot lock ref|failed to lock|fetch first|non-fast-forward|already exists|failed to update ref"
    r"|incorrect old value|unable to create .*\.lock"
)


_CUT: Final = (
    r"(?i)hung up|disconnect|early eof|rpc failed|timed out|connection reset|broken pipe|(error:|http) (429|50[0234])"
)


_GRANT: Final = (
    "Give this user or job the right to push (on GitHub `contents: write`, or a token in RECONCILER_GIT_TOKEN), and let"
    " rules for branches leave this one out."
)


# What no second try can change, though git calls it a lock that it could not take.
_PERMANENT: Final = (
    r"(?i)exists; cannot create|directory.file conflict|refname conflict|no space left|disk quota|file name too long"
    r"|not a valid ref|funny refname|reference broken|unable to resolve reference|repository not found|does not appear"
    r"|archived|is disabled|exceeds|too large|no such (file|device)"
)

_PREFIX: Final = r"(?i)'(?:refs/heads/)?(?P<other>[^']+)' exists; cannot create"


class Answer(Enum):
    """What to do about a push that failed."""

    AGAIN = auto()
    DENIED = auto()
    FAILED = auto()


def meaning(words: str) -> Answer:
    """Return what a failed push's messages mean. A denial is looked for first: a server may cut the line after it."""
    if re.search(_DENIED, words):
        return Answer.DENIED
    if re.search(_PERMANENT, words):
        return Answer.FAILED
    return Answer.AGAIN if re.search(_RACE, words) or re.search(_CUT, words) else Answer.FAILED


def check_worth_trying(words: str, branch: str, remote: str) -> None:
    """Raise RemoteError, or Refusal for a name that conflicts, where trying again cannot help.

    ``words`` are git's.
    """
    answer = meaning(words)
    if answer is Answer.AGAIN:
        return
    if (found := re.search(_PREFIX, words)) is not None:
        raise conflict(branch, remote, found["other"])
    where = said("branch {branch} of {remote}", branch=branch, remote=remote)
    hint = _GRANT if answer is Answer.DENIED else "Correct what git says, and start the run again."
    raise RemoteError("the record cannot be pushed to {where}: {git}", hint=hint, where=where, git=words)


# The record on a branch of a git remote, shared by everybody who can push there.
#
# Each save is one commit on the tip that was read, pushed on condition that the tip has not moved: that is the
# compare-and-swap. The remote decides; this side only asks it again what it has whenever an answer is a failure or
# gets lost. `git log` of the branch is the audit trail.


# File at the root of every branch that this tool may write to.
MARKER: Final = ".sms-signature-reconciler"
_MARKER_TEXT: Final = (
    b"sms-signature-reconciler keeps its record on this branch, one file for each account and region.\n"
    b"Do not edit it, and do not merge it: `git log` tells what was submitted when.\n"
)


# Many, because a run for another account that saves without a break wins each time until it is done.
_LOST_RACES: Final = 100


# Tries that failed although nobody came first, as when a lock was left on the server.
_FUTILE: Final = 10
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 2.0


class BranchStore:
    """The record ``name`` (see ``record_name``) as ``<name>.json`` on ``branch`` of ``remote``.

    ``root`` is a folder of the checkout that knows the remote; nothing in it is changed. The version token of a
    snapshot is the id of the branch's commit, empty where there is no branch. Records of other accounts on the same
    branch are kept as they are. ``pause`` waits that many seconds before a push is tried again; with ``memory`` a
    branch that was moved by force is noticed. Where ``fetched`` holds the branch already, the first look takes it from
    there.

    Raises StateError for a name that no branch can have. A branch that exists without the marker file is refused
    whenever it is read (Refusal).
    """

    costly = True

    def __init__(  # where it is, and two helpers that tests and checkouts differ in
        self,
        root: Path,
        branch: str,
        name: str,
        remote: str = "origin",
        pause: Callable[[float], None] = time.sleep,
        memory: SeenBranch | None = None,
        fetched: FetchedTogether | None = None,
    ) -> None:
        check_branch(branch)
        self._root = root
        self._branch = branch
        self._remote = remote
        self._name = name
        self._empty = empty_state(name)
        self._file = f"{name}.json"
        self._lines = Lines()
        self._pause = pause
        self._memory = memory
        self._fetched = fetched
        self._made: GitRepository | None = None
        self._seen: Snapshot | None = None

    @classmethod
    def with_memory(
        cls, root: Path, branch: str, name: str, *, learns: bool, fetched: FetchedTogether | None = None
    ) -> Self:
        """Return the store that knows what this checkout saw last of the branch, and ``learns`` what it sees next."""
        memory = SeenBranch(root / OWN_FOLDER, name, branch, learns=learns)
        return cls(root, branch, name, memory=memory, fetched=fetched)

    @property
    def where(self) -> str:
        """The branch, its remote and the file on it."""
        return said("{file} on branch {branch} of {remote}", file=self._file, branch=self._branch, remote=self._remote)

    def load(self) -> Snapshot:
        """Fetch the record; an empty state where there is no branch, or no record of this account on it.

        Raises StateError where the remote cannot be reached or the record not be read, Refusal for somebody else's
        branch.
        """
        tip = self._git.fetch()
        if tip is None:
            self._seen = Snapshot(self._empty, "", self._moved("", 0))
            return self._seen
        leaves = self._git.leaves(tip)
        self._check_marker(leaves)
        state = self._read(leaves.get(self._file))
        self._seen = Snapshot(state, tip, self._moved(tip, state.serial))
        # Remembering a moved branch would make the next run take it for the right one.
        if self._seen.moved is None:
            self._remember(self._seen)
        return self._seen

    def _moved(self, tip: str, serial: int) -> WentBack | None:
        last = self._memory.last() if self._memory is not None else None
        if self._memory is None or last is None or last.commit == tip:
            return None
        # A serial that is lower means a record that was put back, though by an ordinary commit.
        if tip and serial >= last.serial and self._git.descends(tip, last.commit):
            return None
        return self._memory.moved(last, tip)

    def _remember(self, snapshot: Snapshot) -> None:
        if self._memory is not None:
            self._memory.note(snapshot.version, snapshot.state.serial)

    def update(self, step: Step, note: str) -> Snapshot:
        """Put ``step`` on top of the newest record as a commit with ``note`` as its message, pushed before returning.

        Raises what ``step`` raises, Refusal for somebody else's branch, StateError where nothing can be pushed, or
        others always came first.
        """
        seen = self._seen or self.load()
        words, futile, attempt = None, 0, 0
        for attempt in range(_LOST_RACES):
            # After a push whose answer was lost the step finds its effect in the record, and changes nothing.
            state = step(seen.state)
            if state == seen.state:
                return self._gone_on(seen, seen)
            state = state._replace(serial=seen.state.serial + 1)
            check_name(state, self._name, source="the new record")
            commit = self._commit(seen, state, note)
            words = self._push(commit, seen.version)
            if words is None:
                return self._gone_on(seen, Snapshot(state, commit))
            # Never between reading and pushing: what others push while this one waits would make it lose again.
            self._pause(_spread(attempt))
            self._seen = None  # the push may have landed: where it cannot be read now, the next step reads it first
            found = self.load()
            if found.version == seen.version:
                check_worth_trying(words, self._branch, self._remote)
                futile += 1
            if futile == _FUTILE:
                break
            seen = found
        raise RemoteError(
            "{where} could not be stored in {attempt} tries; git said last: {git}",
            hint="Start the run again. A leftover *.lock file of the branch on the server must be removed there.",
            where=self.where,
            attempt=attempt + 1,
            git=words,
        )

    def _gone_on(self, seen: Snapshot, now: Snapshot) -> Snapshot:
        """Return the record as it is now. What goes on from one that went back is the right one if that was allowed."""
        is_allowed = isinstance(seen.moved, WentBack) and seen.moved.allowed
        self._seen = now._replace(moved=None if is_allowed else seen.moved)
        if self._seen.moved is None and (now is not seen or is_allowed):
            self._remember(self._seen)
        return self._seen

    def history(self) -> list[HistoryEntry]:
        """Return what was stored of this account, the newest first; nothing where there is no branch.

        Raises as ``load`` does.
        """
        tip = self._git.fetch()
        if tip is None:
            return []
        self._check_marker(self._git.leaves(tip))
        return self._git.history(self._file)

    @property
    def _git(self) -> GitRepository:
        if self._made is None:
            self._made = GitRepository(self._root, self._remote, self._branch, self._fetched)
        return self._made

    def _commit(self, seen: Snapshot, state: State, note: str) -> str:
        files = {self._file: dump(state, self._lines)}
        if not seen.version:
            # The first commit claims the branch; on one that exists without the file nothing is ever written.
            files[MARKER] = _MARKER_TEXT
        return self._git.commit(seen.version or None, files, _message(note))

    def _push(self, commit: str, expected: str) -> str | None:
        try:
            result = self._git.push(commit, expected or None)
        except GitTimeout as problem:
            return f"{problem.message} (timed out)"
        return result.words if result.code else None

    def _check_marker(self, leaves: dict[str, Leaf]) -> None:
        marker = leaves.get(MARKER)
        if marker is None or marker.kind != "blob":
            raise Refusal(
                "branch {branch} of {remote} exists and is not one of this tool: it has no file {marker}",
                hint="Name a branch under `state` that does not exist yet, it is made by the first apply.",
                branch=self._branch,
                remote=self._remote,
                marker=MARKER,
            )
        for name, leaf in leaves.items():
            if name not in (MARKER, self._file) and not (leaf.kind == "blob" and is_record_file(name)):
                raise Refusal(
                    "branch {branch} of {remote} holds {name}, which is no record: nothing else may be on it",
                    hint="Revert the commit of the branch that added it, or name another branch under `state`.",
                    branch=self._branch,
                    remote=self._remote,
                    name=ascii(name),
                )

    def _read(self, leaf: Leaf | None) -> State:
        if leaf is None:
            return self._empty
        if not leaf.mode.startswith("100") or leaf.size is None or leaf.size > MAX_BYTES:
            raise StateError(
                "{where} is not a plain file of at most {max_bytes} MiB",
                hint="Revert the commit of the branch that changed it.",
                where=self.where,
                max_bytes=MAX_BYTES // 2**20,
            )
        state = parse(self._git.content(leaf), source=self.where)
        check_name(state, self._name, source=self.where)
        return state


def _message(note: str) -> str:
    # Keys and names are other people's: a line break among them could forge a line of the audit trail.
    lines = ("".join(c if c.isprintable() else " " for c in line).rstrip() for line in note.strip().splitlines())
    return "\n".join(lines) or "Store the record"


def _spread(attempt: int) -> float:
    longest = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
    return random.uniform(0, longest)  # noqa: S311  # spreads two writers in time, guards nothing
