"""The account as it is now: rows, what describe shows of them, and the file they are kept in."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.sandbox.model import AccountData, RowData, Series
from reconciler.sandbox.storage import SaveFile, Version

# Id of the first signature of an account that has none.
FIRST_ID: Final = 1000

# Where a running sandbox takes a reviewer's verdict.
REVIEW_PATH: Final = "/_sandbox/review"


class SandboxAccount:
    """A live account, safe to use from several threads and, with a save file, from several processes.

    ``lag_s`` is how many seconds describe trails behind a change; changes of another process show at once.
    """

    def __init__(
        self,
        data: AccountData,
        *,
        save: SaveFile | None = None,
        order: str = "id",
        lag_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._save = save
        self._version: Version | None = None
        self._order = order
        self._lag_s = lag_s
        self._clock = clock
        self._lock = threading.RLock()
        self._inside = False
        self._take(data)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See the newest rows and let nobody else change them meanwhile."""
        with self._lock:
            # The lock of the file is not one that can be taken twice.
            if self._save is None or self._inside:
                yield
                return
            with self._save.locked():
                self._refresh(self._save)
                self._inside = True
                try:
                    yield
                finally:
                    self._inside = False

    @property
    def data(self) -> AccountData:
        """The whole account as it is, hidden fields included."""
        with self.transaction():
            return self._snapshot()

    def row(self, sign_id: int) -> RowData | None:
        """Return one row as it is, hidden fields included."""
        with self.transaction():
            return self._rows.get(sign_id)

    def rows(self) -> Iterable[RowData]:
        """Return every row as it is; to be used inside ``transaction``."""
        return self._rows.values()

    def change(self, row: RowData) -> None:
        """Put ``row`` in place of the one with its id, durably."""
        with self.transaction():
            self._remember(self._rows[row.sign_id])
            self._rows[row.sign_id] = row
            self._series.row_changed()
            if self._save is not None:
                self._version = self._save.write(self._snapshot())

    def add(self, row: RowData) -> None:
        """Put a new row in, durably. Describe shows it once its lag is over."""
        with self.transaction():
            self._rows[row.sign_id] = row
            self._series.row_added()
            if self._lag_s:
                self._replaced[row.sign_id].append((self._clock(), None))
            if self._save is not None:
                self._version = self._save.write(self._snapshot())

    def next_id(self) -> int:
        """Return an id that no row has; to be used inside ``transaction``."""
        return max(self._rows, default=FIRST_ID - 1) + 1

    def shown(self, sign_ids: Iterable[int]) -> Sequence[RowData]:
        """Return the rows of those ids as describe shows them; unknown ids are left out."""
        with self.transaction():
            shown = (self._as_shown(self._rows[sign_id]) for sign_id in sign_ids if sign_id in self._rows)
            return [row for row in shown if row is not None]

    def page(self, *, international: bool, region: str, offset: int, limit: int) -> Sequence[RowData]:
        """Return one page of a series as describe shows it."""
        with self.transaction():
            ids = self._series.page(international=international, region=region, offset=offset, limit=limit)
            return self.shown(ids)

    def _take(self, data: AccountData) -> None:
        self.uin, self.individual, self.arrears = data.uin, data.individual, data.arrears
        self._rows = {row.sign_id: row for row in data.signatures}
        self._series = Series(self._rows, self._order)
        self._replaced: defaultdict[int, list[tuple[float, RowData | None]]] = defaultdict(list)

    def _snapshot(self) -> AccountData:
        return AccountData(self.uin, tuple(self._rows.values()), self.individual, self.arrears)

    def _refresh(self, save: SaveFile) -> None:
        if save.version() == self._version and self._version is not None:
            return
        data = save.read()
        if data is None:
            self._version = save.write(self._snapshot())
            return
        self._version = save.version()
        self._take(data)

    def _remember(self, row: RowData) -> None:
        if self._lag_s:
            self._replaced[row.sign_id].append((self._clock(), row))

    def _as_shown(self, row: RowData) -> RowData | None:
        past = self._replaced.get(row.sign_id)
        if not past:
            return row
        horizon = self._clock() - self._lag_s
        return next((old for replaced_at, old in past if replaced_at > horizon), row)


def open_account(save: Path | None, seed: AccountData, order: str = "id", lag_s: float = 0.0) -> SandboxAccount:
    """Open the account kept in ``save``; where there is no such file it is made from ``seed``.

    Raise ``AccountFileError`` where the file holds no account, ``ReconcilerError`` where it cannot be written.
    """
    account = SandboxAccount(seed, save=SaveFile(save) if save else None, order=order, lag_s=lag_s)
    with account.transaction():
        return account


class Accounts:
    """The accounts of one sandbox, told apart by their uin; whoever names none means the first."""

    def __init__(self, accounts: Sequence[SandboxAccount]) -> None:
        self._first = accounts[0]
        self._by_uin = {account.uin: account for account in accounts}
        if len(self._by_uin) < len(accounts):
            raise UsageError("two accounts of the sandbox have the same uin", hint="give each file a `uin` of its own")

    @property
    def uins(self) -> Collection[str]:
        """The uins of all accounts."""
        return self._by_uin.keys()

    def of(self, uin: str | None) -> SandboxAccount:
        """Return the account of ``uin``, the first one where there is none."""
        return self._first if uin is None else self._by_uin.get(uin, self._first)

    def with_row(self, sign_id: int, uin: str | None) -> list[SandboxAccount]:
        """Return the accounts that have such a row, among all of them or only ``uin``."""
        asked = self._by_uin.values() if uin is None else filter(None, [self._by_uin.get(uin)])
        return [account for account in asked if account.row(sign_id) is not None]


def review(account: SandboxAccount, sign_id: int, verdict: str, reply: str = "") -> RowData | None:
    """Play the reviewer: ``approve`` or ``reject`` a row, whatever its state; return it, None without such a row."""
    with account.transaction():
        row = account.row(sign_id)
        if row is None:
            return None
        code = 0 if verdict == "approve" else -1
        reviewed = replace(row, status_code=code, review_reply=reply, filing_incomplete=False)
        account.change(reviewed)
        return reviewed


def review_saved(save: Path, sign_id: int, verdict: str, reply: str = "") -> int:
    """Give the ``verdict`` (``approve`` or ``reject``) in a save file; return the row's ``StatusCode``.

    A sandbox that runs on the same file sees it at its next request. Raises UsageError where there is no such
    file or signature, AccountFileError where the file holds no account.
    """
    if not save.is_file():
        raise UsageError("there is no saved sandbox at {path}", hint="run a command with --sandbox first", path=save)
    row = review(open_account(save, AccountData()), sign_id, verdict, reply)
    if row is None:
        raise UsageError("there is no signature {sign_id} in the sandbox at {path}", sign_id=sign_id, path=save)
    return row.status_code
