"""The records of every topic, as the program sees them.

Times are integers: milliseconds since 1970-01-01 UTC. JSON (`schemas.wire`)
writes them as RFC 3339. Field order is the order of the Avro schemas in
`schemas/avro`, so that decoded columns map straight onto these structs.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import msgspec

Severity: TypeAlias = Literal["info", "warning", "error", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")

AlertState: TypeAlias = Literal[
    "acknowledged", "reopened", "snoozed", "reassigned", "raised",
    "escalated", "resolved", "closed", "expired", "followed_up",
]  # fmt: skip

Value: TypeAlias = str | int | float | bool

CHANNELS: tuple[str, ...] = (
    "web", "app", "qr", "camera", "email", "sms", "dm", "push",
    "letter", "phone", "chat", "social", "store", "pos", "partner", "system",
)  # fmt: skip
Initiator: TypeAlias = Literal["customer", "company"]
INITIATORS: tuple[Initiator, ...] = ("customer", "company")


class Touchpoint(msgspec.Struct, frozen=True, gc=False):
    """Something that happened between a customer and the company, or to the company.

    `occurred_offset`, `sent_offset`, `received_offset` are minutes east of UTC, as
    the source wrote them. `properties` is a JSON object as text, decoded only by
    those who ask (`schemas.wire.properties`).
    """

    event_id: str
    type: str
    occurred_at: int
    occurred_offset: int
    channel: str
    initiator: str
    customer_id: str | None = None
    loyalty_card: str | None = None
    email: str | None = None
    phone: str | None = None
    account: str | None = None
    social: str | None = None
    device: str | None = None
    cookie: str | None = None
    face_token: str | None = None
    text: str | None = None
    language: str | None = None
    location_id: str | None = None
    staff_id: str | None = None
    session_id: str | None = None
    campaign_id: str | None = None
    order_id: str | None = None
    item_id: str | None = None
    category: str | None = None
    complaint_id: str | None = None
    amount: float | None = None
    currency: str | None = None
    quantity: float | None = None
    properties: str | None = None
    sent_at: int | None = None
    sent_offset: int | None = None
    received_at: int | None = None
    received_offset: int | None = None
    history: str | None = None


IDENTIFIERS: tuple[str, ...] = (
    "customer_id", "loyalty_card", "email", "phone", "account",
    "social", "device", "cookie", "face_token",
)  # fmt: skip
"""Strongest first: the first one present is the customer."""


class Undecodable(msgspec.Struct, frozen=True, gc=False):
    """A value that is no touchpoint; `original` is what stood on the topic, unchanged."""

    reason: str
    detail: str
    original: bytes


class Source(NamedTuple):
    """Where a derived record comes from: the n-th thing made of one record of the raw topic."""

    partition: int
    offset: int
    n: int


class Record(NamedTuple):
    """One record of a resolved partition. `key` is the customer's id, or `EVERYONE`."""

    offset: int
    key: str
    source: Source
    body: Touchpoint | Undecodable


EVERYONE = "*"
"""The key of company-wide records and of the records of the line (ticks, history, activation)."""


class Because(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reason of an output: the touchpoint, what it showed, and its weight in nats if it has one."""

    event_id: str
    what: str
    weight: float | None = None


class Output(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True, kw_only=True):
    """What all outputs have. `id` is a hash of causes only; position and knowledge travel along."""

    id: str
    at: int
    partition: int
    offset: int
    knowledge: str
    because: tuple[Because, ...] = ()
    customer_id: str | None = None
    history: str | None = None


class Shift(Output, frozen=True, tag="shift", omit_defaults=True, kw_only=True, rename={"from_": "from"}):
    from_: str
    to: str
    probability: float
    runner_up: str
    migration: str
    strategy: str
    advice: str


class Signal(Output, frozen=True, tag="signal", omit_defaults=True, kw_only=True):
    name: str
    version: int
    severity: Severity
    matter: str
    values: dict[str, Value]
    scope: dict[str, str] | None = None


class Decision(Output, frozen=True, tag="decision", omit_defaults=True, kw_only=True):
    contact_id: str
    permitted: bool
    reasons: tuple[str, ...]
    retry_at: int | None = None


class Card(msgspec.Struct, frozen=True):
    """What a person at the front line reads, in the alert's language."""

    who: str
    what_happened: str
    why_now: str
    recent: tuple[str, ...]
    do: tuple[str, ...]
    do_not: tuple[str, ...]


class Alert(Output, frozen=True, tag="alert", omit_defaults=True, kw_only=True):
    dedup_key: str
    signals: tuple[str, ...]
    team: str
    severity: Severity
    title: str
    card: Card
    due_at: int
    language: str


class AlertChange(Output, frozen=True, tag="alert_change", omit_defaults=True, kw_only=True):
    alert_id: str
    team: str
    state: AlertState
    by: str | None = None
    until: int | None = None
    reason: str | None = None


class Rejected(Output, frozen=True, tag="rejected", omit_defaults=True, kw_only=True):
    """A record that was refused. On its topic the value is `original`, the rest are headers.

    `file` and `line` say where it stood, if that was in no topic.
    """

    stage: str
    reason: str
    detail: str
    original: bytes
    file: str | None = None
    line: int | None = None


class CustomerCard(Output, frozen=True, tag="card", omit_defaults=True, kw_only=True):
    """The state of a customer as staff may see it; the last one of a customer holds."""

    relationship: str
    since: int | None
    language: str
    open_alerts: tuple[str, ...]
    consents: dict[str, bool]


class Measure(Output, frozen=True, tag="measure", omit_defaults=True, kw_only=True):
    """Running total of one resolved partition for a scope and an hour that begins at `bucket`."""

    scope: dict[str, str]
    bucket: int
    total: int


Emitted: TypeAlias = Shift | Signal | Decision | Alert | AlertChange | Rejected | CustomerCard | Measure
