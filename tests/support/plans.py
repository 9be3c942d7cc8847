"""Strategies for plans and for what became of them, full of text that others wrote."""

from __future__ import annotations

from hypothesis import strategies as st

from reconciler.contract.api import Status
from reconciler.diagnostics import NO_PARAMS, Diagnostic, Location, Message, Severity
from reconciler.errors import ErrorInfo
from reconciler.model.plan import Change, Compared, Decision, Plan, Planned, Target, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import FIELD_NAMES, Account, Image, LiveSignature, Signature
from tests.support.strategies import rows, sign_fields, texts
from tests.support.values import because

some_text = texts.map(lambda text: text or "?")
locations = st.builds(Location, some_text, st.integers(1, 9999), st.integers(1, 200))
images = st.builds(
    Image,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    texts,
    st.integers(0, 10**7),
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.sampled_from(["PNG", "JPEG"]),
)
values = st.one_of(st.none(), texts, st.booleans(), st.integers(-(2**63), 2**63 - 1), images)
changes = st.builds(Change, st.sampled_from(FIELD_NAMES), values, values)
rules = st.builds(because, st.sampled_from(Verdict), st.sampled_from(["", "{hint}"]), st.just("{reason}"))
decisions = st.builds(
    Decision,
    rules,
    st.sampled_from(Status),
    st.fixed_dictionaries({"reason": some_text, "hint": texts}),
    st.sampled_from(Compared),
    st.lists(changes, max_size=3).map(tuple),
    st.lists(st.sampled_from(FIELD_NAMES), unique=True, max_size=2).map(tuple),
)
keys = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
ids = st.integers(1, 2**63 - 1)
signatures = st.builds(Planned, st.builds(Signature, keys, ids, sign_fields, locations), st.none() | rows(), decisions)
codes = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True)
# A template is the tool's own: any text does only where there are no values to fill in.
messages = st.builds(Message, codes, some_text, texts, st.sampled_from(Severity), st.just(NO_PARAMS))
diagnostics = st.builds(Diagnostic, locations, messages)
targets = st.builds(
    Target,
    st.builds(Account, st.sampled_from(["international", "china"]), st.sampled_from(["ap-singapore", "ap-guangzhou"])),
    some_text,
    st.sampled_from(["sms.tencentcloudapi.com", "http://127.0.0.1:8080"]),
    st.booleans(),
)


def _unmanaged(sign_ids: set[int]) -> st.SearchStrategy[tuple[LiveSignature, ...]]:
    return st.tuples(*(rows(sign_id=sign_id) for sign_id in sorted(sign_ids)))


plans = st.builds(
    Plan,
    targets,
    st.lists(signatures, max_size=3, unique_by=lambda planned: planned.desired.sign_id).map(tuple),
    st.sets(ids, max_size=2).flatmap(_unmanaged),
    st.lists(diagnostics, max_size=2).map(tuple),
    st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format),
    st.lists(texts, max_size=2).map(tuple),
)
troubles = st.builds(ErrorInfo, some_text, texts, texts)
results = st.builds(
    Result, st.sampled_from(Outcome), st.none() | texts, st.none() | troubles, st.none() | rows(), st.booleans()
)


@st.composite
def reports(draw: st.DrawFn) -> ApplyReport:
    """Return a plan in which some of the signatures have a result."""
    plan = draw(plans)
    names = [planned.desired.sign_id for planned in plan.signatures if draw(st.booleans())]
    return ApplyReport(plan, {sign_id: draw(results) for sign_id in names}, draw(st.none() | troubles))


def with_text(plan: Plan, text: str) -> Plan:
    """Return the plan with ``text`` wherever somebody else may have written something."""
    hostile = tuple(_told(planned, text) for planned in plan.signatures)
    unmanaged = tuple(row._replace(sign_name=text) for row in plan.unmanaged)
    return plan._replace(signatures=hostile, unmanaged=unmanaged, notes=(text,))


def _told(planned: Planned, text: str) -> Planned:
    live = planned.live._replace(review_reply=text, sign_name=text) if planned.live is not None else None
    desired = planned.desired._replace(fields=planned.desired.fields._replace(sign_name=text))
    return Planned(desired, live, planned.decision._replace(changes=(Change("sign_name", text, text),)))
