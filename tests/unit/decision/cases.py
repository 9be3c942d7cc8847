"""Situations for each way to each rule of docs/decision.md."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from reconciler.decision.rules import Rule
from reconciler.decision.table import decide
from reconciler.model.plan import Decision
from reconciler.model.signature import LiveSignature, SignFields, watched_fields
from reconciler.model.state import Entry, IntentState
from tests.fixtures.values import (
    ACME,
    APPROVED,
    HIDDEN_EDIT,
    MOMENT,
    NOT_EFFECTIVE,
    NOW,
    REJECTED,
    RENAMED,
    UNDOCUMENTED,
    doubted,
    image,
    intent,
    known,
    row,
)

NOTHING: Final = Entry()


class Case(NamedTuple):
    """A situation and the rule that decides it."""

    rule: Rule
    live: LiveSignature | None
    entry: Entry = NOTHING
    wanted: SignFields = ACME
    resubmit: bool = False
    site: str = "international"
    observed: bool = False

    def decide(self) -> Decision:
        return decide(
            self.wanted, self.live, self.entry, MOMENT, resubmit=self.resubmit, site=self.site, observed=self.observed
        )


def opened(
    fields: SignFields, before: LiveSignature, ago: float = 60.0, since: Entry = NOTHING, **differing: Any
) -> Entry:
    """Return an entry with a call that was about to be made some seconds ago, and cannot be under way any more."""
    return doubted(intent(fields, before, ago, **differing), own=since.submitted)


RESUBMITTED_BY_OTHERS: Final = int(NOW) - 60
"""A time after that of our own submission, which was two hours ago."""

WATCHED: Final = watched_fields(ACME.sign_name, international=False)

CASES: Final = {
    "O pending": Case(Rule.OBSERVED, row(), NOTHING, WATCHED, observed=True),
    "O rejected": Case(Rule.OBSERVED, row(REJECTED), NOTHING, WATCHED, observed=True),
    "O rejected, resubmit": Case(Rule.OBSERVED, row(REJECTED), NOTHING, WATCHED, resubmit=True, observed=True),
    "O submitted before": Case(Rule.OBSERVED, row(REJECTED), known(), WATCHED, observed=True),
    "O with every field": Case(Rule.OBSERVED, row(REJECTED), NOTHING, observed=True),
    "O approved": Case(Rule.OBSERVED, row(APPROVED), NOTHING, WATCHED, observed=True),
    "O undocumented": Case(Rule.OBSERVED, row(UNDOCUMENTED), NOTHING, WATCHED, observed=True),
    "O another name": Case(Rule.OBSERVED_DRIFTED, row(sign_name="Other"), NOTHING, WATCHED, observed=True),
    "O of the other kind": Case(Rule.OTHER_KIND, row(international=True), NOTHING, WATCHED, observed=True),
    "O no row": Case(Rule.NO_SUCH_SIGNATURE, None, NOTHING, WATCHED, observed=True),
    "R resubmit what waits": Case(Rule.RESUBMIT, row(), known(), resubmit=True),
    "R resubmit what is stuck": Case(Rule.RESUBMIT, row(REJECTED), known(), resubmit=True),
    "R resubmit what is perhaps sent": Case(Rule.RESUBMIT, row(), opened(ACME, row()), resubmit=True),
    "R resubmit what nothing is known of": Case(Rule.RESUBMIT, row(), resubmit=True),
    "1 no row": Case(Rule.NO_SUCH_SIGNATURE, None, known()),
    "1 no row, resubmit": Case(Rule.NO_SUCH_SIGNATURE, None, known(), resubmit=True),
    "2 global here, mainland wanted": Case(Rule.OTHER_KIND, row(international=True), known()),
    "2 mainland here, global wanted": Case(Rule.OTHER_KIND, row(), known(), ACME._replace(international=True)),
    "2 before approved": Case(Rule.OTHER_KIND, row(APPROVED, international=True), resubmit=True),
    "3 undocumented code": Case(Rule.UNKNOWN_STATUS, row(UNDOCUMENTED), known()),
    "3 undocumented code, resubmit": Case(Rule.UNKNOWN_STATUS, row(-2), known(), resubmit=True),
    "4 approved under another name": Case(Rule.APPROVED_DIFFERS, row(APPROVED), NOTHING, RENAMED),
    "4 approved, hidden edit": Case(Rule.APPROVED_DIFFERS, row(APPROVED), known(), HIDDEN_EDIT),
    "4 not effective, hidden edit": Case(Rule.APPROVED_DIFFERS, row(NOT_EFFECTIVE), known(), HIDDEN_EDIT),
    "4 approved, resubmit": Case(Rule.APPROVED_RESUBMIT, row(APPROVED), known(), resubmit=True),
    "4 approved, perhaps with the edit": Case(
        Rule.APPROVED_DIFFERS_PERHAPS_SENT, row(APPROVED), opened(HIDDEN_EDIT, row(), since=known()), HIDDEN_EDIT
    ),
    "4 approved, resubmit, perhaps with another edit": Case(
        Rule.APPROVED_RESUBMIT_PERHAPS_SENT, row(APPROVED), opened(HIDDEN_EDIT, row(), since=known()), resubmit=True
    ),
    "5 approved, perhaps with another edit": Case(
        Rule.APPROVED_PERHAPS_SENT, row(APPROVED), opened(HIDDEN_EDIT, row(), since=known())
    ),
    "5 approved as submitted": Case(Rule.APPROVED_AS_SUBMITTED, row(APPROVED), known()),
    "5 not effective as submitted": Case(Rule.APPROVED_AS_SUBMITTED, row(NOT_EFFECTIVE), known()),
    "5 approved, nothing recorded": Case(Rule.APPROVED_NOT_RECORDED, row(APPROVED)),
    "5 approved, resubmitted by others": Case(
        Rule.APPROVED_CHANGED_BY_OTHERS, row(APPROVED, create_time=RESUBMITTED_BY_OTHERS), known()
    ),
    "5 approved meanwhile with our intent": Case(
        Rule.APPROVED_AS_SUBMITTED, row(APPROVED, sign_name="Borealis"), opened(RENAMED, row(), since=known()), RENAMED
    ),
    "5 approved under the name wanted, other one recorded": Case(
        Rule.APPROVED_AS_SUBMITTED, row(APPROVED, sign_name="Borealis"), known(), RENAMED
    ),
    "6 name taken, then 11": Case(
        Rule.WAITING_FOR_REVIEW, row(sign_name="Borealis"), opened(RENAMED, row(), since=known()), RENAMED
    ),
    "6 name taken in the vendor's spelling, then 11": Case(
        Rule.WAITING_FOR_REVIEW, row(sign_name="BOREALIS"), opened(RENAMED, row()), RENAMED
    ),
    "6 rejected became pending, then 11": Case(
        Rule.WAITING_FOR_REVIEW, row(), opened(HIDDEN_EDIT, row(REJECTED)), HIDDEN_EDIT
    ),
    "6 name taken and rejected, then 14": Case(
        Rule.REJECTED_AS_SUBMITTED, row(REJECTED, sign_name="Borealis"), opened(RENAMED, row()), RENAMED
    ),
    "6 name taken, then 9 for a newer edit": Case(
        Rule.PENDING_DIFFERS, row(sign_name="Borealis"), opened(RENAMED, row()), RENAMED._replace(remark="New")
    ),
    "7 renaming not sent, then 9": Case(Rule.PENDING_DIFFERS, row(), opened(RENAMED, row(), since=known()), RENAMED),
    "7 rejected still, then 13": Case(
        Rule.REJECTED_DIFFERS, row(REJECTED), opened(HIDDEN_EDIT, row(REJECTED), since=known()), HIDDEN_EDIT
    ),
    "7 renaming not sent and taken back, then 11": Case(
        Rule.WAITING_FOR_REVIEW, row(), opened(RENAMED, row(), since=known())
    ),
    "8 hidden edit": Case(Rule.PERHAPS_SENT, row(), opened(HIDDEN_EDIT, row(), since=known()), HIDDEN_EDIT),
    "8 hidden edit taken back": Case(Rule.PERHAPS_SENT, row(), opened(HIDDEN_EDIT, row(), since=known())),
    "8 renaming an hour ago": Case(Rule.PERHAPS_SENT, row(), opened(RENAMED, row(), 3600.0), RENAMED),
    "8 renaming under way": Case(
        Rule.PERHAPS_SENT, row(), opened(RENAMED, row(), 19.0, status=IntentState.LIVE), RENAMED
    ),
    "8 renaming, row moved": Case(
        Rule.PERHAPS_SENT, row(create_time=RESUBMITTED_BY_OTHERS), opened(RENAMED, row()), RENAMED
    ),
    "8 rejected again": Case(
        Rule.PERHAPS_SENT, row(REJECTED, review_reply="No"), opened(HIDDEN_EDIT, row(REJECTED)), HIDDEN_EDIT
    ),
    "9 renamed": Case(Rule.PENDING_DIFFERS, row(), NOTHING, RENAMED),
    "9 hidden edit": Case(Rule.PENDING_DIFFERS, row(), known(), HIDDEN_EDIT),
    "9 other image": Case(Rule.PENDING_DIFFERS, row(), known(), ACME._replace(proof_image=image("c"))),
    "9 remark taken away": Case(Rule.PENDING_DIFFERS, row(), known(), ACME._replace(remark="")),
    "9 renamed outside": Case(Rule.PENDING_DRIFTED, row(sign_name="Somebody's"), known()),
    "9 neither intent nor record": Case(
        Rule.PENDING_DIFFERS, row(), opened(HIDDEN_EDIT, row(), since=known()), ACME._replace(remark="Third")
    ),
    "9 other qualification": Case(
        Rule.PENDING_DIFFERS, row(qualification_id=1), NOTHING, ACME._replace(qualification_id=2)
    ),
    "10 resubmitted by others": Case(Rule.RESUBMITTED_BY_OTHERS, row(create_time=RESUBMITTED_BY_OTHERS), known()),
    "11 as submitted": Case(Rule.WAITING_FOR_REVIEW, row(), known()),
    "11 our own time shown late": Case(Rule.WAITING_FOR_REVIEW, row(create_time=int(NOW) - 7200), known(shown=row())),
    "11 in the vendor's spelling": Case(
        Rule.WAITING_FOR_REVIEW, row(sign_name="ACME"), known(shown=row(sign_name="ACME"))
    ),
    "12 nothing recorded": Case(Rule.PENDING_NOT_RECORDED, row()),
    "12a nothing recorded, perhaps a filing": Case(Rule.REJECTED_PERHAPS_FILING, row(REJECTED), site="china"),
    "12a no filing for global ones": Case(
        Rule.REJECTED_NOT_RECORDED,
        row(REJECTED, international=True),
        NOTHING,
        ACME._replace(international=True),
        site="china",
    ),
    "13 neither intent nor record": Case(
        Rule.REJECTED_DIFFERS,
        row(REJECTED, review_reply="No"),
        opened(HIDDEN_EDIT, row(REJECTED), since=known()),
        ACME._replace(remark="Third"),
    ),
    "13 nothing recorded": Case(Rule.REJECTED_NOT_RECORDED, row(REJECTED)),
    "13 hidden edit": Case(Rule.REJECTED_DIFFERS, row(REJECTED), known(), HIDDEN_EDIT),
    "13 renamed": Case(Rule.REJECTED_DIFFERS, row(REJECTED), known(), RENAMED),
    "13 renamed outside": Case(Rule.REJECTED_DRIFTED, row(REJECTED, sign_name="Somebody's"), known()),
    "14 as submitted": Case(Rule.REJECTED_AS_SUBMITTED, row(REJECTED, review_reply="Blurred scan"), known()),
}
