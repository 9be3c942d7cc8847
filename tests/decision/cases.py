"""Situations for each way to each line of docs/decision.md."""

from __future__ import annotations

from typing import Final, NamedTuple

from reconciler.decision.table import decide
from reconciler.model.plan import Decision, Verdict
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Entry
from tests.support.values import (
    ACME,
    APPROVED,
    HIDDEN_EDIT,
    MOMENT,
    NOT_EFFECTIVE,
    NOW,
    REJECTED,
    RENAMED,
    UNDOCUMENTED,
    image,
    intent,
    known,
    row,
)

NOTHING: Final = Entry()


class Case(NamedTuple):
    """A situation and the line that decides it."""

    line: int
    verdict: Verdict
    live: LiveSignature | None
    entry: Entry = NOTHING
    wanted: SignFields = ACME
    resubmit: bool = False

    def decide(self) -> Decision:
        return decide(self.wanted, self.live, self.entry, MOMENT, resubmit=self.resubmit)


def opened(fields: SignFields, before: LiveSignature, ago: float = 60.0, since: Entry = NOTHING) -> Entry:
    """Return an entry with a call that was about to be made some seconds ago."""
    return since._replace(intent=intent(fields, before, ago))


RESUBMITTED_BY_OTHERS: Final = int(NOW) - 60
"""A time after that of our own submission, which was two hours ago."""

CASES: Final = {
    "0 resubmit what waits": Case(0, Verdict.MODIFY, row(), known(), resubmit=True),
    "0 resubmit what is stuck": Case(0, Verdict.MODIFY, row(REJECTED), known(), resubmit=True),
    "0 resubmit what is perhaps sent": Case(0, Verdict.MODIFY, row(), opened(ACME, row()), resubmit=True),
    "0 resubmit what nothing is known of": Case(0, Verdict.MODIFY, row(), resubmit=True),
    "1 no row": Case(1, Verdict.BLOCKED, None, known()),
    "1 no row, resubmit": Case(1, Verdict.BLOCKED, None, known(), resubmit=True),
    "2 global here, mainland wanted": Case(2, Verdict.BLOCKED, row(international=True), known()),
    "2 mainland here, global wanted": Case(2, Verdict.BLOCKED, row(), known(), ACME._replace(international=True)),
    "2 before approved": Case(2, Verdict.BLOCKED, row(APPROVED, international=True), resubmit=True),
    "3 undocumented code": Case(3, Verdict.BLOCKED, row(UNDOCUMENTED), known()),
    "3 undocumented code, resubmit": Case(3, Verdict.BLOCKED, row(-2), known(), resubmit=True),
    "4 approved under another name": Case(4, Verdict.REFUSED, row(APPROVED), NOTHING, RENAMED),
    "4 approved, hidden edit": Case(4, Verdict.REFUSED, row(APPROVED), known(), HIDDEN_EDIT),
    "4 not effective, hidden edit": Case(4, Verdict.REFUSED, row(NOT_EFFECTIVE), known(), HIDDEN_EDIT),
    "4 approved, resubmit": Case(4, Verdict.REFUSED, row(APPROVED), known(), resubmit=True),
    "4 approved, perhaps with the edit": Case(
        4, Verdict.REFUSED, row(APPROVED), opened(HIDDEN_EDIT, row(), since=known()), HIDDEN_EDIT
    ),
    "5 approved as submitted": Case(5, Verdict.IN_SYNC, row(APPROVED), known()),
    "5 not effective as submitted": Case(5, Verdict.IN_SYNC, row(NOT_EFFECTIVE), known()),
    "5 approved, nothing recorded": Case(5, Verdict.IN_SYNC, row(APPROVED)),
    "5 approved, resubmitted by others": Case(
        5, Verdict.IN_SYNC, row(APPROVED, create_time=RESUBMITTED_BY_OTHERS), known()
    ),
    "5 approved meanwhile with our intent": Case(
        5, Verdict.IN_SYNC, row(APPROVED, sign_name="Acme Bank"), opened(RENAMED, row(), since=known()), RENAMED
    ),
    "5 approved under the name wanted, other one recorded": Case(
        5, Verdict.IN_SYNC, row(APPROVED, sign_name="Acme Bank"), known(), RENAMED
    ),
    "6 name taken, then 11": Case(
        11, Verdict.WAITING, row(sign_name="Acme Bank"), opened(RENAMED, row(), since=known()), RENAMED
    ),
    "6 name taken in the vendor's spelling, then 11": Case(
        11, Verdict.WAITING, row(sign_name="ACME BANK"), opened(RENAMED, row()), RENAMED
    ),
    "6 rejected became pending, then 11": Case(
        11, Verdict.WAITING, row(), opened(HIDDEN_EDIT, row(REJECTED)), HIDDEN_EDIT
    ),
    "6 name taken and rejected, then 14": Case(
        14, Verdict.STUCK, row(REJECTED, sign_name="Acme Bank"), opened(RENAMED, row()), RENAMED
    ),
    "6 name taken, then 9 for a newer edit": Case(
        9, Verdict.MODIFY, row(sign_name="Acme Bank"), opened(RENAMED, row()), RENAMED._replace(remark="New")
    ),
    "7 renaming not sent, then 9": Case(9, Verdict.MODIFY, row(), opened(RENAMED, row(), since=known()), RENAMED),
    "7 rejected still, then 13": Case(
        13, Verdict.MODIFY, row(REJECTED), opened(HIDDEN_EDIT, row(REJECTED), since=known()), HIDDEN_EDIT
    ),
    "7 renaming not sent and taken back, then 11": Case(
        11, Verdict.WAITING, row(), opened(RENAMED, row(), since=known())
    ),
    "8 hidden edit": Case(8, Verdict.UNVERIFIED, row(), opened(HIDDEN_EDIT, row(), since=known()), HIDDEN_EDIT),
    "8 hidden edit taken back": Case(8, Verdict.UNVERIFIED, row(), opened(HIDDEN_EDIT, row(), since=known())),
    "8 renaming an hour ago": Case(8, Verdict.UNVERIFIED, row(), opened(RENAMED, row(), 3600.0), RENAMED),
    "8 renaming under way": Case(8, Verdict.UNVERIFIED, row(), opened(RENAMED, row(), 19.0), RENAMED),
    "8 renaming, row moved": Case(
        8, Verdict.UNVERIFIED, row(create_time=RESUBMITTED_BY_OTHERS), opened(RENAMED, row()), RENAMED
    ),
    "8 rejected again": Case(
        8, Verdict.UNVERIFIED, row(REJECTED, review_reply="No"), opened(HIDDEN_EDIT, row(REJECTED)), HIDDEN_EDIT
    ),
    "9 renamed": Case(9, Verdict.MODIFY, row(), NOTHING, RENAMED),
    "9 hidden edit": Case(9, Verdict.MODIFY, row(), known(), HIDDEN_EDIT),
    "9 other image": Case(9, Verdict.MODIFY, row(), known(), ACME._replace(proof_image=image("c"))),
    "9 remark taken away": Case(9, Verdict.MODIFY, row(), known(), ACME._replace(remark="")),
    "9 renamed outside": Case(9, Verdict.MODIFY, row(sign_name="Somebody's"), known()),
    "9 neither intent nor record": Case(
        9, Verdict.MODIFY, row(), opened(HIDDEN_EDIT, row(), since=known()), ACME._replace(remark="Third")
    ),
    "9 other qualification": Case(
        9, Verdict.MODIFY, row(qualification_id=1), NOTHING, ACME._replace(qualification_id=2)
    ),
    "10 resubmitted by others": Case(10, Verdict.UNVERIFIED, row(create_time=RESUBMITTED_BY_OTHERS), known()),
    "11 as submitted": Case(11, Verdict.WAITING, row(), known()),
    "11 our own time shown late": Case(11, Verdict.WAITING, row(create_time=int(NOW) - 7200), known(shown=row())),
    "11 in the vendor's spelling": Case(11, Verdict.WAITING, row(sign_name="ACME"), known(shown=row(sign_name="ACME"))),
    "12 nothing recorded": Case(12, Verdict.UNVERIFIED, row()),
    "13 nothing recorded": Case(13, Verdict.MODIFY, row(REJECTED)),
    "13 hidden edit": Case(13, Verdict.MODIFY, row(REJECTED), known(), HIDDEN_EDIT),
    "13 renamed": Case(13, Verdict.MODIFY, row(REJECTED), known(), RENAMED),
    "14 as submitted": Case(14, Verdict.STUCK, row(REJECTED, review_reply="Blurred scan"), known()),
}
