"""A step of the checkout throws people back (S3-04, S3-06): counted here, judged by trends."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.customers.moment import Moment
from streams.signals.detector import Timeless

STEPS = 8
"""Steps of a session that are remembered."""
WORDS = 32


class Visit(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A session: the steps entered since the last order, the one they are at; those that were counted as entered, and
    as having thrown them back."""

    session: str = ""
    entered: tuple[str, ...] = ()
    at: str = ""
    counted: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class StepFailing(Timeless[Visit]):
    """Fires when a step throws a greater share of sessions back than usual, on one platform (EWMA + CUSUM,
    and a second look at what they found, by chance alone).

    Here are counted, by step and platform, the sessions that entered it and those that it threw back;
    `streams.trends.judge` judges. A step throws back when what comes next of the checkout is the step itself again,
    one that this session had before, something put into the cart (after a step of `shopping` that is ordinary), or a
    payment that fails. An order is the end of a checkout. Once a session and step, both; without a session id all are
    one. The platform is `properties.platform`, else the channel.
    """

    name: ClassVar[str] = "step_failing"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"checkout.step", "cart.added", "payment.failed", "order.placed"})
    state = Visit

    def start(self) -> Visit:
        return Visit()

    def observe(self, state: Visit, moment: Moment) -> Visit:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        session = touchpoint.session_id or ""
        if session != state.session:
            state = Visit(session)
        if touchpoint.type == "order.placed":
            return msgspec.structs.replace(state, entered=(), at="") if state.entered else state
        if touchpoint.type == "checkout.step":
            return self._entered(state, str(moment.properties.get("step"))[:WORDS], moment)
        if touchpoint.type == "cart.added" and state.at in moment.knowledge.signals[self.name].words("shopping"):
            return state
        state = self._thrown_back(state, moment)
        return msgspec.structs.replace(state, at="") if touchpoint.type == "cart.added" and state.at else state

    def _entered(self, state: Visit, step: str, moment: Moment) -> Visit:
        if step in state.entered:
            state = self._thrown_back(state, moment)
            return msgspec.structs.replace(state, at=step)
        if step not in state.counted:
            self._count(moment, step, "entered")
            state = msgspec.structs.replace(state, counted=(*state.counted, step)[-STEPS:])
        return msgspec.structs.replace(state, entered=(*state.entered, step)[-STEPS:], at=step)

    def _thrown_back(self, state: Visit, moment: Moment) -> Visit:
        if not state.at or state.at in state.failed:
            return state
        self._count(moment, state.at, "failed")
        return msgspec.structs.replace(state, failed=(*state.failed, state.at)[-STEPS:])

    def _count(self, moment: Moment, step: str, what: str) -> None:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        platform = str(moment.properties.get("platform") or touchpoint.channel)[:WORDS]
        moment.count(self.name, ("count", what), ("platform", platform), ("step", step))

    def merge(self, state: Visit, older: Visit) -> Visit:
        return state if state.session or state.entered else older
