"""A transport inside the process: it stands where the SDK stands, below the real reader and the real writer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.contract.api import DESCRIBE
from reconciler.contract.error_codes import CONNECTION_LOST, CONNECTION_NOT_MADE, HTTP_STATUS, TIMEOUT
from reconciler.errors import VendorError
from reconciler.model.signature import SignFields
from reconciler.sandbox.model import ApiError
from reconciler.tencent.api import Answer
from tests.sim.clocks import BASE
from tests.sim.scenario import Fault
from tests.sim.scheduler import Killed
from tests.sim.vendor import Call
from tests.sim.world import Run


class _Request:
    """A write on its way: the vendor acts on it at its own time, whatever became of who sent it."""

    def __init__(self, run: Run, call: Call, params: dict[str, object], stamp: float) -> None:
        self._world = run.world
        self._call, self._params, self._stamp = call, params, stamp
        self.answer: Answer | None = None
        self.code = ""

    def act(self) -> None:
        """Let the vendor act on it."""
        call, world = self._call, self._world
        try:
            answer = world.vendor.write(call, self._params, self._stamp)
        except ApiError as error:
            self.code = error.code
            world.note("vendor", "refuses", f"{call.subject} of {call.run}: {error.code}")
            return
        self.answer = {**answer, "RequestId": f"request-{len(world.lines)}"}
        world.note("vendor", "takes", f"{call.subject} of {call.run}: {_of(call.fields)}")


class Answered:
    """An answer that is there already, or the error in its place."""

    def __init__(self, answer: Answer | VendorError) -> None:
        self._answer = answer

    def result(self) -> Answer:
        """Return the answer, or raise the error."""
        if isinstance(self._answer, VendorError):
            raise self._answer
        return self._answer


class SimSdk:
    """The calls of one run. Every leg of a call takes time, and at each the scheduler may switch."""

    def __init__(self, run: Run, timeout: float) -> None:
        self._run = run
        self._timeout = timeout
        self._vendor = run.world.vendor
        self.fields: SignFields | None = None
        self.skew: float | None = None

    def start(self, action: str, parameters: dict[str, object]) -> Answered:
        """Send a describe and return what has its answer."""
        assert action == DESCRIBE
        try:
            return Answered(self._describe(parameters))
        except VendorError as error:
            return Answered(error)

    def _describe(self, params: dict[str, object]) -> Answer:
        run = self._run
        fault = run.point("describe", _asked(params))
        run.travel(0.02, 0.15)
        if fault is not None and fault.kind == "lost":
            run.pass_time(self._timeout)
            raise VendorError("no answer", code=TIMEOUT)
        answer = self._vendor.describe(params)
        date = BASE + run.world.now
        run.travel(0.02, 0.15)
        self.skew = run.wall() - int(date) if run.world.scenario.date else None
        run.statuses |= {row["SignId"]: row["StatusCode"] for row in answer["DescribeSignListStatusSet"]}
        run.point("describe.done", ", ".join(_row_text(row) for row in answer["DescribeSignListStatusSet"]))
        return answer

    def call(self, action: str, parameters: dict[str, object], check: Callable[[], None] | None = None) -> Answer:
        """Make the one write. ``check`` is the last look at the clock, in the socket, after signing."""
        run, world = self._run, self._run.world
        call = run.new_call(int(str(parameters["SignId"])) if "SignId" in parameters else run.turn)
        fault = run.point("modify", f"{action} {call.subject} {call.fields.sign_name!r} {call.fields.remark!r}")
        begun = world.now
        if fault is not None and fault.kind == "not-made":
            run.travel(0.1, 0.5)
            raise VendorError("no route", code=CONNECTION_NOT_MADE)
        stamp = run.wall()
        run.travel(0.05, 0.3)
        run.point("modify.check", "connected and signed")
        if check is not None:
            check()
        call.checked, call.pending = world.now, True
        try:
            run.point("modify.send", f"first byte of {call.subject}")
        except Killed:
            call.pending = False
            raise
        run.sends(call)
        return self._exchange(call, parameters, stamp, begun, fault)

    def _exchange(
        self, call: Call, params: dict[str, object], stamp: float, begun: float, fault: Fault | None
    ) -> Answer:
        """Send the request, let the vendor act when it will, and wait for the answer as long as the limit allows."""
        run, world = self._run, self._run.world
        kind, seconds, text = (fault.kind, fault.seconds, fault.text) if fault is not None else ("", 0.0, "")
        reset = max(begun + self._timeout, world.now)
        if kind == "late" and text:
            reset = min(reset, world.now + run.uniform(0.5, 3.0))  # a gateway gives up before the limit does
        arrival = reset + seconds if kind == "late" else world.now + run.uniform(0.05, 0.5)
        request = _Request(self._run, call, params, stamp)
        call.pending = kind not in ("lost", "code")
        if call.pending:
            world.scheduler.at(arrival, request.act)
        run.point("modify.sent", "last byte")
        answered = arrival + run.uniform(0.05, 0.4)
        if kind in ("answer-lost", "lost"):
            answered = world.now + max(seconds, 0.6)
        run.sleep_until(min(answered, reset))
        if kind == "code":
            raise self._heard(call, text)
        if answered > reset and not (kind == "late" and text):
            raise self._heard(call, TIMEOUT)
        if kind in ("answer-lost", "late"):
            raise self._heard(call, text or HTTP_STATUS)
        if kind == "lost":
            raise self._heard(call, CONNECTION_LOST)
        if request.answer is None:
            raise self._heard(call, request.code or CONNECTION_LOST)
        run.point("modify.done", "taken")
        call.heard = "ok"
        return request.answer

    def _heard(self, call: Call, code: str) -> VendorError:
        call.heard = code
        self._run.point("modify.done", code)
        return VendorError("simulated", code=code)


def _asked(params: dict[str, object]) -> str:
    return f"ids {params['SignIdSet']}" if "SignIdSet" in params else f"list, international {params['International']}"


def _row_text(row: dict[str, Any]) -> str:
    return f"{row['SignId']} {row['SignName']!r} status {row['StatusCode']} created {row['CreateTime'] - BASE:.0f}"


def _of(fields: SignFields) -> str:
    return f"{fields.sign_name!r}, remark {fields.remark!r}, image {fields.proof_image.file[-5]}"
