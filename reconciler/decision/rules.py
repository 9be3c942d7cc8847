"""The rules of the decision as data: name, line, verdict and words. ``docs/decision.md`` is generated from them."""

from __future__ import annotations

from enum import Enum, unique
from typing import Final

from reconciler.model.plan import RuleText, Verdict

_ADOPT: Final = (
    "`reconciler adopt {key}` records the definition as what was submitted,"
    " `apply --only {key} --resubmit {key}` submits it again"
)
_NEW_SIGNATURE: Final = (
    "put the definition back to what is approved; for a different text, define another signature with `sign_id: new`"
)
_LOOK_THEN_ADOPT: Final = (
    "look in the console which submission was approved; if it is the definition, `reconciler adopt {key}` records that"
)
_DIFFERS_PERHAPS_SENT: Final = (
    "{status}: the vendor lets nobody change it, and the definition differs in {fields}; a run ended before the outcome"
    " of its call was known"
)

_LOOK_THEN_WRITE_ID: Final = (
    "look in the console: write the id of the signature where it is there; where it is not,"
    " `reconciler state forget {intended} --force`"
)

_APPROVED: Final = "approved, effective or not"
_OPEN: Final = "pending or rejected"


@unique
class Rule(RuleText, Enum):
    """Every rule, in the order in which they are read: the first that fits decides."""

    NO_SUCH_SIGNATURE = (
        "no-such-signature",
        "1",
        "no row",
        "the account has no signature with this id in this region",
        Verdict.BLOCKED,
        "the account has no signature with this id in this region",
        "check sign_id and account.region in the console",
    )
    OTHER_KIND = (
        "other-kind",
        "2",
        "any row",
        "it is a mainland signature and a global one is wanted, or the other way round",
        Verdict.BLOCKED,
        "the account holds it as a {kind} signature, which cannot be changed",
        "correct international or sign_id",
    )
    OBSERVED = (
        "observed",
        "O",
        "any row",
        "`observe: true`",
        Verdict.OBSERVED,
        "{status}; observed, so it is never submitted",
    )
    OBSERVED_DRIFTED = (
        "observed-drifted",
        "O",
        "any row",
        "`observe: true`, and the account shows another name",
        Verdict.OBSERVED,
        "{status}; observed, so it is never submitted; the account shows the name {name}",
        "write the name that the account shows, or look who changed it",
    )
    UNKNOWN_STATUS = (
        "unknown-status",
        "3",
        "undocumented status",
        "the vendor shows a code that no page explains",
        Verdict.BLOCKED,
        "the vendor shows status code {status_code}, which no page documents",
        "look at it in the console",
    )
    INTENT_PROVEN = (
        "intent-proven",
        "6",
        "approved, pending or rejected",
        "an open intent, and the row shows it",
        None,
        "the intent counts as recorded; go on",
    )
    INTENT_DROPPED = (
        "intent-dropped",
        "7",
        _OPEN,
        "an open intent, and the row proves that nothing was sent",
        None,
        "the intent is dropped; go on",
    )
    APPROVED_DIFFERS = (
        "approved-differs",
        "4",
        _APPROVED,
        "something differs",
        Verdict.REFUSED,
        "{status}: the vendor lets nobody change it, and the definition differs in {fields}",
        _NEW_SIGNATURE,
    )
    APPROVED_DIFFERS_PERHAPS_SENT = (
        "approved-differs-perhaps-sent",
        "4",
        _APPROVED,
        "something differs, and an intent stayed open",
        Verdict.REFUSED,
        _DIFFERS_PERHAPS_SENT,
        _LOOK_THEN_ADOPT,
    )
    APPROVED_RESUBMIT = (
        "approved-resubmit",
        "4",
        _APPROVED,
        "`--resubmit` asks for it",
        Verdict.REFUSED,
        "{status}: the vendor lets nobody change it",
        _NEW_SIGNATURE,
    )
    APPROVED_RESUBMIT_PERHAPS_SENT = (
        "approved-resubmit-perhaps-sent",
        "4",
        _APPROVED,
        "`--resubmit` asks for it, and an intent stayed open",
        Verdict.REFUSED,
        "{status}: the vendor lets nobody change it; a run ended before the outcome of its call was known",
        _LOOK_THEN_ADOPT,
    )
    APPROVED_AS_SUBMITTED = (
        "approved-as-submitted",
        "5",
        _APPROVED,
        "nothing differs from the record",
        Verdict.IN_SYNC,
        "{status} as submitted",
    )
    APPROVED_PERHAPS_SENT = (
        "approved-perhaps-sent",
        "5",
        _APPROVED,
        "nothing known differs, and an intent stayed open",
        Verdict.IN_SYNC,
        "{status}; a run ended before the outcome of its call was known, so only what the vendor shows was compared",
    )
    APPROVED_CHANGED_BY_OTHERS = (
        "approved-changed-by-others",
        "5",
        _APPROVED,
        "nothing known differs, but somebody submitted it again after this tool did",
        Verdict.IN_SYNC,
        "{status}; changed by others since, so only what the vendor shows was compared",
    )
    APPROVED_NOT_RECORDED = (
        "approved-not-recorded",
        "5",
        _APPROVED,
        "no record, and nothing visible differs",
        Verdict.IN_SYNC,
        "{status}; no submission is recorded, so only what the vendor shows was compared",
    )
    RESUBMIT = (
        "resubmit",
        "R",
        _OPEN,
        "`--resubmit` asks for it",
        Verdict.MODIFY,
        "submitted again because --resubmit asks for it",
    )
    PERHAPS_SENT = (
        "perhaps-sent",
        "8",
        _OPEN,
        "an open intent otherwise, and the definition equals the intent or the record",
        Verdict.UNVERIFIED,
        "a run ended before the outcome of its call was known, and nothing visible tells it: perhaps sent",
        _ADOPT,
    )
    PENDING_DIFFERS = (
        "pending-differs",
        "9",
        "pending",
        "something differs",
        Verdict.MODIFY,
        "{status}, and the definition differs in {fields}",
    )
    PENDING_DRIFTED = (
        "pending-drifted",
        "9",
        "pending",
        "something differs, some of it changed outside this tool",
        Verdict.MODIFY,
        "{status}, and the definition differs in {fields}; changed outside this tool: {drift}",
    )
    RESUBMITTED_BY_OTHERS = (
        "resubmitted-by-others",
        "10",
        "pending",
        "nothing differs, but somebody submitted it again after this tool did",
        Verdict.UNVERIFIED,
        "pending, but somebody submitted it again after this tool did; its hidden fields are not known",
        _ADOPT,
    )
    WAITING_FOR_REVIEW = (
        "waiting-for-review",
        "11",
        "pending",
        "nothing differs from the record",
        Verdict.WAITING,
        "submitted as defined, waiting for the vendor's review",
    )
    PENDING_NOT_RECORDED = (
        "pending-not-recorded",
        "12",
        "pending",
        "no record, and nothing visible differs",
        Verdict.UNVERIFIED,
        "pending, and nothing visible differs; no submission is recorded, so nothing is sent",
        _ADOPT,
    )
    REJECTED_DIFFERS = (
        "rejected-differs",
        "13",
        "rejected",
        "something differs",
        Verdict.MODIFY,
        "{status}, and the definition differs in {fields}",
    )
    REJECTED_DRIFTED = (
        "rejected-drifted",
        "13",
        "rejected",
        "something differs, some of it changed outside this tool",
        Verdict.MODIFY,
        "{status}, and the definition differs in {fields}; changed outside this tool: {drift}",
    )
    REJECTED_PERHAPS_FILING = (
        "rejected-perhaps-filing",
        "12a",
        "rejected, mainland, site china",
        "no record, and nothing visible differs",
        Verdict.UNVERIFIED,
        "perhaps no rejection but a carrier filing under way; no submission is recorded, so nothing is sent",
        _ADOPT,
    )
    REJECTED_NOT_RECORDED = (
        "rejected-not-recorded",
        "13",
        "rejected",
        "no record, and nothing visible differs",
        Verdict.MODIFY,
        "{status}; no submission is recorded, so the definition is submitted",
    )
    REJECTED_AS_SUBMITTED = (
        "rejected-as-submitted",
        "14",
        "rejected",
        "nothing differs from the record",
        Verdict.STUCK,
        "rejected as submitted; nothing has changed since",
        "change the definition as the reviewer asks, or `apply --only {key} --resubmit {key}` to submit it unchanged",
    )
    CREATE_NOT_LISTED = (
        "create-not-listed",
        "N",
        "`sign_id: new`",
        "the account's list cannot be read",
        Verdict.BLOCKED,
        "the account's whole list cannot be read, so nobody can tell whether the signature exists already",
        "create it in the console and write its id, or use keys that may list",
    )
    CREATED_OTHERWISE = (
        "created-otherwise",
        "N1",
        "`sign_id: new`",
        "this key was created under another name or kind, and the account still has that signature",
        Verdict.BLOCKED,
        "this key was created as {sign_id} under the name {name}, so it is not created again",
        "write `sign_id: {sign_id}` to change that one, or use another key for another signature",
    )
    NAME_DEFINED = (
        "name-defined",
        "N2",
        "`sign_id: new`",
        "the account holds a signature of this name and kind, and another definition is about it",
        Verdict.BLOCKED,
        "the account holds a signature of this name already, {sign_id}, which {other} defines",
        "keep one of the two definitions",
    )
    NAME_HELD = (
        "name-held",
        "N2",
        "`sign_id: new`",
        "the account holds a signature of this name and kind, pending or approved",
        Verdict.BLOCKED,
        "the account holds a signature of this name already, {status}: {sign_id}",
        "write `sign_id: {sign_id}` to manage that one",
    )
    NAME_REJECTED = (
        "name-rejected",
        "N2",
        "`sign_id: new`",
        "the account holds a rejected signature of this name and kind",
        Verdict.BLOCKED,
        "the account holds a rejected signature of this name: {sign_id}; a second one would be of no use",
        "write `sign_id: {sign_id}`, so that this definition is submitted for that one",
    )
    PERHAPS_CREATED = (
        "perhaps-created",
        "N3",
        "`sign_id: new`",
        "a call that creates this name and kind is open, and the list does not tell what became of it",
        Verdict.UNVERIFIED,
        "a run ended before the outcome of its call was known, and the list does not tell it: perhaps created",
        _LOOK_THEN_WRITE_ID,
    )
    NAME_TWICE = (
        "name-twice",
        "N4",
        "`sign_id: new`",
        "another new definition has this name and kind",
        Verdict.BLOCKED,
        "{other} creates a signature of this name already",
        "keep one of the two definitions",
    )
    CREATE = (
        "create",
        "N5",
        "`sign_id: new`",
        "otherwise",
        Verdict.CREATE,
        "the account has no {kind} signature of this name, so it is created",
    )
    NOT_READ = (
        "not-read",
        "offline",
        "not read",
        "the record holds no row of it",
        Verdict.UNVERIFIED,
        "the record holds nothing that the vendor showed of it, and the account was not read",
        "run `reconciler plan` without --offline",
    )
