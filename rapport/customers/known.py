"""What is known of one customer, as data: without words of any language, without a place where it was read."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from schemas.records import Severity, Shift, Signal

Lack: TypeAlias = Literal["archive_away", "stream_away", "state_deep", "archive_behind", "other_knowledge"]
"""Why something is missing or may be old."""


class Reason(msgspec.Struct, frozen=True):
    """A piece of evidence that still counts: `what` as `Because.what`, for the type it spoke for, in nats."""

    event_id: str
    what: str
    type: str
    weight: float | None
    at: int | None = None
    channel: str | None = None


class Likely(msgspec.Struct, frozen=True):
    type: str
    probability: float


class Standing(msgspec.Struct, frozen=True, rename={"reasons": "because"}):
    """The declared relationship, why, and what else is likely.

    `as_of`: the moment of the probabilities; that of the last touchpoint by the `state`, that of the turn by the
    last `shift`.
    """

    type: str
    since: int | None
    reasons: tuple[Reason, ...] = ()
    likely: tuple[Likely, ...] = ()
    as_of: int | None = None
    by: Literal["state", "shift", "nothing"] = "nothing"


class Contact(msgspec.Struct, frozen=True):
    """A touchpoint as a timeline shows it; the names are those of a touchpoint."""

    occurred_at: int
    type: str
    channel: str
    initiator: str
    text: str | None = None
    item_id: str | None = None
    event_id: str | None = None
    history: str | None = None
    amount: float | None = None
    currency: str | None = None
    order_id: str | None = None


class Matter(msgspec.Struct, frozen=True):
    """An alert that is not done. Title and deadline are those that the team was told.

    `names`: the signals and shifts that asked for it, where it has no title yet.
    """

    alert_id: str
    team: str
    state: str
    severity: Severity | None = None
    matter: str | None = None
    title: str | None = None
    opened_at: int | None = None
    due_at: int | None = None
    names: tuple[str, ...] = ()


class Waiting(msgspec.Struct, frozen=True):
    """Something that falls due by itself."""

    due: int
    name: str
    key: str


class Note(msgspec.Struct, frozen=True):
    lack: Lack
    detail: str = ""


class Known(msgspec.Struct, frozen=True, rename={"standing": "relationship"}):
    """All of it. `linked`: other keys of the same person. Times are ms; lists in the order of time."""

    customer_id: str
    standing: Standing
    linked: tuple[str, ...] = ()
    language: str | None = None
    touchpoints: int = 0
    first: int | None = None
    latest: int | None = None
    consents: dict[str, bool] = {}
    matters: tuple[Matter, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    timeline: tuple[Contact, ...] = ()
    shifts: tuple[Shift, ...] = ()
    signals: tuple[Signal, ...] = ()
    notes: tuple[Note, ...] = ()
