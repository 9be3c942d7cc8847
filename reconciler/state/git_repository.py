"""A repository of our own for one branch of a remote: fetched to its tip only, committed to and pushed by plumbing."""

# It lies in a temporary folder and goes with the process, so that nothing of the user's is touched: no working tree,
# index, ref, setting or shallow boundary; and so that a killed run leaves no lock for the next.

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import Refusal, RemoteError, StateError, said
from reconciler.files import storage_errors
from reconciler.model.state import HistoryEntry
from reconciler.state.checkout import author_of
from reconciler.state.git_command import (
    REMOTE_LIMIT_S,
    GitResult,
    access,
    git,
    is_commit,
    named_remote,
    object_format,
    plain_environment,
    settings_at,
    with_settings,
)

_ALIAS: Final = "record"
_HEADS: Final = "refs/heads/"
_TIPS: Final = "refs/reconciler/tips/"
_FETCH: Final = ("fetch", "--depth=1", "--no-tags", "--no-write-fetch-head")
_FETCHES: Final = 3
_LOG: Final = "%H%n%an%n%at%n%B"
_IDENTITY: Final = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "sms-signature-reconciler"), ("EMAIL", "sms-signature-reconciler@localhost"))
}


_SETTINGS: Final = (
    ("core.hooksPath", "/dev/null"),
    ("credential.interactive", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("i18n.commitEncoding", "utf-8"),
    ("push.followTags", "false"),
    ("push.gpgSign", "false"),
    ("push.recurseSubmodules", "no"),
    ("fetch.recurseSubmodules", "no"),
)


class Leaf(NamedTuple):
    """An entry of the branch's root folder. ``size`` is in bytes, ``None`` for a folder."""

    mode: str
    kind: str
    oid: str
    size: int | None


def _history_entry(text: str) -> HistoryEntry:
    commit, author, at, message = text.split("\n", 3)
    return HistoryEntry(commit, author, float(at), tuple(message.splitlines()))


def _checked(result: GitResult) -> GitResult:
    if result.code:
        raise StateError(
            "git failed: {git}", hint="Check the temporary folder (TMPDIR) and its space.", git=result.words
        )
    return result


def conflicting(refs: Iterable[str], ref: str) -> str | None:
    """Return the first of the remote's ``refs`` beside which git can keep no ``ref``, ``None`` where there is none."""
    in_the_way = (other for other in refs if other.startswith(f"{ref}/") or ref.startswith(f"{other}/"))
    return min(in_the_way, default=None)


def conflict(branch: str, remote: str, other: str) -> Refusal:
    """Return the refusal of a branch that cannot be made beside ``other``."""
    return Refusal(
        "branch {branch} of {remote} cannot be made: there is a branch {other}, and git keeps no branch beside a folder"
        " of its name",
        hint="choose a name under `state` that neither begins with another branch's name and a slash, nor is one",
        branch=branch,
        remote=remote,
        other=other.removeprefix(_HEADS),
    )


class BareRepository:
    """A repository in a temporary folder that reaches ``remote`` of the checkout at ``root`` as the checkout does.

    Raises StateError where git, the checkout or the remote is missing.
    """

    def __init__(self, root: Path, remote: str) -> None:
        self._root = root
        self._environment = self._made(object_format(root))
        reach = access(root, remote, settings_at(root, self._environment), _ALIAS)
        self.remote = named_remote(remote, reach.fetch_url)
        self._push_remote = named_remote(remote, reach.push_url)
        addresses = ((f"remote.{_ALIAS}.url", reach.fetch_url), (f"remote.{_ALIAS}.pushurl", reach.push_url))
        self._environment = with_settings(self._environment, (*reach.settings, *addresses, *_SETTINGS))
        self._environment |= {"GIT_SSH_COMMAND": reach.ssh, **_IDENTITY}

    def run(self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] | None = None) -> GitResult:
        """Run git on what is here. A failure is in the result."""
        return git(self._root, {**self._environment, **(variables or {})}, *arguments, data=data)

    def reach(self, *arguments: str) -> GitResult:
        """Run git with the remote. A failure is in the result."""
        remote = self._push_remote if arguments[0] == "push" else self.remote
        return git(self._root, self._environment, *arguments, limit_s=REMOTE_LIMIT_S, remote=remote)

    def _made(self, hash_name: str) -> dict[str, str]:
        with storage_errors(said("cannot make a temporary folder")):
            path = tempfile.mkdtemp(prefix="reconciler-git-")
        weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
        environment = {**with_settings(plain_environment(), ()), "GIT_DIR": path}
        arguments = ("init", "--quiet", "--bare", "--template=", f"--object-format={hash_name}", path)
        _checked(git(self._root, environment, *arguments))
        return environment


class FetchedTogether:
    """The branches of many records, fetched at once: one call for their names, one for all that exist.

    It only saves calls: a branch that is not among them, or is looked at a second time, is fetched by itself.
    """

    def __init__(self, root: Path, branches: Iterable[str], remote: str = "origin") -> None:
        self._bare = BareRepository(root, remote)
        self._tips: dict[str, str | None] = {}
        wanted = {f"{_HEADS}{branch}": branch for branch in branches}
        listed = self._bare.reach("ls-remote", "--heads", _ALIAS)
        if listed.code:
            return  # each account says by itself why it cannot be reached
        known = {ref: commit for commit, _, ref in (line.partition("\t") for line in listed.text.splitlines())}
        specs = [f"+{ref}:{_TIPS}{branch}" for ref, branch in wanted.items() if ref in known]
        if specs and self._bare.reach(*_FETCH, _ALIAS, *specs).code:
            return
        tips = self._bare.run("for-each-ref", "--format=%(refname) %(objectname)", _TIPS).text.splitlines()
        commits = dict(line.split(" ", 1) for line in tips)
        absent = (each for each in wanted.items() if each[0] not in known and conflicting(known, each[0]) is None)
        self._tips = {branch: commits.get(f"{_TIPS}{branch}") for _, branch in absent}
        self._tips |= {name.removeprefix(_TIPS): commit for name, commit in commits.items()}

    def take(self, branch: str) -> tuple[BareRepository, str | None] | None:
        """Return where a branch was fetched to, and its tip or that there is none; ``None`` if it was not."""
        return (self._bare, self._tips[branch]) if branch in self._tips else None


class GitRepository:
    """The branch ``branch`` of ``remote`` of the checkout at ``root``. Made at the first use, it fetches nothing yet.

    Raises StateError where git, the checkout or the remote is missing.
    """

    def __init__(self, root: Path, remote: str, branch: str, fetched: FetchedTogether | None = None) -> None:
        self._root = root
        self._ref = f"{_HEADS}{branch}"
        self._tip = f"{_TIPS}{branch}"
        self._name = remote
        self._first = fetched.take(branch) if fetched is not None else None
        self._is_shared = self._first is not None
        self._bare = self._first[0] if self._first is not None else BareRepository(root, remote)

    def fetch(self) -> str | None:
        """Fetch the branch's tip and return its commit id, ``None`` where the remote has no such branch.

        Raises RemoteError where the remote cannot be reached, Refusal where another branch is in the way of this one.
        """
        if self._first is not None:
            (_, tip), self._first = self._first, None
            return tip
        self._leave_shared()
        result = GitResult(0, b"", "")
        for _ in range(_FETCHES):
            result = self._remote(*_FETCH, _ALIAS, f"+{self._ref}:{self._tip}")
            if not result.code:
                return self._commit_id(self._local("rev-parse", "--verify", self._tip).text)
            # The tip can also have moved between the two halves of a fetch: then it is there, and fetched again.
            if self._is_absent():
                return None
        raise RemoteError(
            "branch {branch} of {remote} cannot be fetched: {git}",
            hint="Check the connection and the right to read, with `git fetch`, from where this ran.",
            branch=self._ref.removeprefix(_HEADS),
            remote=self._bare.remote,
            git=result.words,
        )

    def _is_absent(self) -> bool:
        """Return whether the remote certainly has no such branch. Raises Refusal where it can have none."""
        parts = self._ref.removeprefix(_HEADS).split("/")
        above = [_HEADS + "/".join(parts[:count]) for count in range(1, len(parts))]
        listed = self._remote("ls-remote", _ALIAS, self._ref, *above, f"{self._ref}/*")
        refs = {line.partition("\t")[2] for line in listed.text.splitlines()}
        if listed.code or self._ref in refs:
            return False
        if (other := conflicting(refs, self._ref)) is not None:
            raise conflict(self._ref.removeprefix(_HEADS), self._name, other)
        return True

    def _leave_shared(self) -> None:
        """Go on in a repository of its own: two fetches at once into one would be in each other's way."""
        if self._is_shared:
            self._bare, self._is_shared = BareRepository(self._root, self._name), False

    def descends(self, tip: str, older: str) -> bool:
        """Return whether the fetched ``tip`` comes after ``older``; also where the history cannot be fetched."""
        self._leave_shared()
        # The commits alone, where the server can leave out the rest.
        whole = ("fetch", "--depth=2147483647", "--filter=tree:0", "--no-tags", "--no-write-fetch-head")
        if self._remote(*whole, _ALIAS, f"+{self._ref}:{self._tip}").code:
            return True
        return not self._bare.run("merge-base", "--is-ancestor", older, tip).code

    def history(self, file: str) -> list[HistoryEntry]:
        """Fetch the whole branch, and return its commits that changed ``file``, the newest first.

        Raises RemoteError where it cannot be fetched.
        """
        self._leave_shared()
        whole = ("fetch", "--depth=2147483647", "--no-tags", "--no-write-fetch-head")
        result = self._remote(*whole, _ALIAS, f"+{self._ref}:{self._tip}")
        if result.code:
            words = "the history of the record cannot be fetched from {remote}: {git}"
            raise RemoteError(words, remote=self._bare.remote, git=result.words)
        log = self._local("log", "-z", f"--format={_LOG}", self._tip, "--", file).out.decode("utf-8", "replace")
        return [_history_entry(item) for item in log.split("\0") if item]

    def leaves(self, commit: str) -> dict[str, Leaf]:
        """Return the entries of a commit's root folder by name. Raises StateError where it is not there."""
        listing = self._local("ls-tree", "-z", "--long", self._commit_id(commit)).out
        leaves = {}
        for item in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, _, name = item.partition("\t")
            mode, kind, oid, size = head.split()
            leaves[name] = Leaf(mode, kind, oid, int(size) if size.isdecimal() else None)
        return leaves

    def content(self, leaf: Leaf) -> bytes:
        """Return the content of a file. Raises StateError where it is not there."""
        return self._local("cat-file", "blob", leaf.oid).out

    def commit(self, parent: str | None, files: Mapping[str, bytes], message: str) -> str:
        """Write a commit with these files put into the root folder of its parent, and return its id; push nothing."""
        leaves = self.leaves(parent) if parent else {}
        for name, data in files.items():
            oid = self._local("hash-object", "-w", "--stdin", data=data).text
            leaves[name] = Leaf("100644", "blob", oid, len(data))
        lines = "".join(f"{leaf.mode} {leaf.kind} {leaf.oid}\t{name}\0" for name, leaf in leaves.items())
        tree = self._local("mktree", "-z", data=lines.encode("utf-8", "surrogateescape")).text
        parents = ("-p", parent) if parent else ()
        text = message.encode("utf-8")
        arguments = ("commit-tree", "--no-gpg-sign", *parents, "-F", "-", tree)
        result = self._bare.run(*arguments, data=text, variables=self._authored())
        return self._commit_id(_checked(result).text)

    def _authored(self) -> dict[str, str]:
        """Return git's variables for who runs this; where nobody says so, the tool is the author too."""
        author = author_of(self._root)
        return {} if author is None else {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email}

    def push(self, commit: str, expected: str | None) -> GitResult:
        """Make ``commit`` the branch's tip if that still is ``expected``, ``None`` for a branch that must not exist.

        A failure is in the result. Raises GitTimeout, after which it may have happened or not.
        """
        lease = f"--force-with-lease={self._ref}:{self._commit_id(expected) if expected else ''}"
        # An id that is empty would make a refspec that deletes the branch.
        refspec = f"{self._commit_id(commit)}:{self._ref}"
        result = self._remote("push", "--porcelain", "--no-verify", lease, _ALIAS, refspec)
        refused = [" ".join(line[1:].split()) for line in result.text.splitlines() if line.startswith("!")]
        return result._replace(words="; ".join([*refused, result.words]))

    def _local(self, *arguments: str, data: bytes = b"") -> GitResult:
        return _checked(self._bare.run(*arguments, data=data))

    def _remote(self, *arguments: str) -> GitResult:
        return self._bare.reach(*arguments)

    @staticmethod
    def _commit_id(text: str) -> str:
        if not is_commit(text):
            raise StateError(
                "git gave {given} for a commit", hint="Check the git that is installed.", given=ascii(text[:80])
            )
        return text
