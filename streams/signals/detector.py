"""What a detector is. `tests/streams/signals/test_contract.py` holds every one of them to it."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

import msgspec

from streams.customers.customer import Timer
from streams.customers.moment import Moment
from streams.knowledge.model import Knowledge

S = TypeVar("S", bound=msgspec.Struct)


class News(msgspec.Struct, frozen=True):
    """A company-wide touchpoint, as far as detectors need it."""

    type: str
    at: int
    properties: dict[str, Any]
    location_id: str | None = None
    staff_id: str | None = None
    item_id: str | None = None


class Detector(Protocol[S]):
    """Notices one thing about one customer.

    A detector is a pure function of its state and the moment: no clock, no
    randomness, no I/O. Its state is a frozen msgspec struct of bounded size;
    `start()` is the state of somebody of whom it has seen nothing, and is not
    stored. `observe` sees the customer's touchpoints of `types` in log order,
    late ones at their own time, repeated ones never; `due` sees its own timers,
    once, in order of time, `moment.at` being the due moment. `merge` joins what
    an older, separate part of the same person's history has left.

    A changed result is a new `version` beside the old one; `knowledge/signals.yaml`
    names the active one.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    types: ClassVar[frozenset[str]]
    state: type[S]

    def start(self) -> S: ...

    def observe(self, state: S, moment: Moment) -> S: ...

    def due(self, state: S, timer: Timer, moment: Moment) -> S: ...

    def merge(self, state: S, older: S) -> S: ...


@runtime_checkable
class Meeting(Protocol[S]):
    """A detector that also meets what the company does: records of `meets`, once for each customer it knows.

    `concerns` says whether anybody has to meet it at all. `meet` sees it in the moment of one customer, which
    has the time of the record and no touchpoint.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    meets: ClassVar[frozenset[str]]
    state: type[S]

    def start(self) -> S: ...

    def concerns(self, news: News, knowledge: Knowledge) -> bool: ...

    def meet(self, state: S, news: News, moment: Moment) -> S: ...


class Timeless(Generic[S]):
    """A detector that sets no timers."""

    def due(self, state: S, timer: Timer, moment: Moment) -> S:
        return state


class Nothing(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The state of who keeps none."""


class Stateless(Timeless[Nothing]):
    """A detector that judges each touchpoint by itself and by what is known of the customer anyway."""

    state = Nothing

    def start(self) -> Nothing:
        return Nothing()

    def merge(self, state: Nothing, older: Nothing) -> Nothing:
        return state
