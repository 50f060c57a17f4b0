"""What is kept of one customer: bounded, packed with a leading codec version byte."""

from __future__ import annotations

import msgspec

from schemas.records import Severity
from streams.relationships.habits import Habits

RECENT = 4
"""Touchpoints that the card shows."""
COMPLAINTS = 4
"""Open complaints whose words are kept; the oldest makes room."""
HEARD, WAYS, PAYS = "heard", "ways", "pays"
"""Slots that nobody fills in: the language of their own words, the channels by which they can be reached, and the
currency in which they last bought."""
OUR_NOTES = frozenset({HEARD, WAYS, PAYS})
"""No profile sets them, and nobody is shown them as something that the customer has told."""


class Timer(msgspec.Struct, array_like=True, frozen=True, order=True, gc=False):
    """Something that falls due at `due` (ms); `cause` is the `event_id` that armed it."""

    due: int
    name: str
    key: str
    cause: str


class Glimpse(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A past touchpoint as the card shows it; `words` is cut to 120 bytes. `private`: of a category never mentioned."""

    at: int
    type: str
    channel: str
    words: str
    ours: bool = False
    private: bool = False


class Reason(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An evidence term that still explains the declared relationship."""

    event_id: str
    what: str
    type: int
    milli: int
    slot: int = 0


class OpenAlert(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An alert of a case; `state` is `open`, `acknowledged` or `snoozed`, the latter two `until` (ms).

    `team` has it now. `stage`: moments of escalation that have passed: half of the way, the deadline, each day after.
    `told`: the teams that it was escalated to, who hear of what becomes of it.
    """

    id: str
    team: str
    severity: Severity
    state: str = "open"
    opened_at: int = 0
    due_at: int = 0
    until: int = 0
    by: str = ""
    stage: int = 0
    told: tuple[str, ...] = ()


class Complaint(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An open complaint: what they first said of it, or what it is about where they said nothing."""

    matter: str
    said: Glimpse
    about: str = ""


class Case(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One matter that staff are asked to act on: an alert for each team that can.

    `names` are the signals and shifts that have asked for it. `said` is what began it, of matters that the customer
    knows of (signals.yaml: incoming_call, matters).
    """

    matter: str
    opened_at: int
    alerts: tuple[OpenAlert, ...]
    history: str | None = None
    names: tuple[str, ...] = ()
    said: Glimpse | None = None


class Ended(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An alert that is over: `mark` stands for its id, `by` is who ended it, empty for nobody."""

    mark: bytes
    team: str
    state: str
    at: int
    by: str = ""


class Consent(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The last word for a scope: `purposes` empty means all."""

    at: int
    granted: bool
    purposes: tuple[str, ...] = ()


class Customer(msgspec.Struct, array_like=True, gc=False):
    """State of one customer.

    `position` is the offset of the last own record, `sources` the highest
    (offset, n) applied of every raw partition, `wide` the number of the last
    company-wide record applied, `run` the import whose history is being told
    (absent once settled), `latest` the time of the latest own event.
    """

    position: int = -1
    sources: dict[int, tuple[int, int]] = {}
    ring: bytes = b""
    touchpoints: int = 0
    first: int = 0
    latest: int = 0
    offset_minutes: int | None = None
    language: str | None = None
    place: str | None = None
    wide: int = 0
    run: str | None = None
    habits: Habits = msgspec.field(default_factory=Habits)
    declared: int = -1
    since: int = 0
    reasons: tuple[Reason, ...] = ()
    adjusting_until: int = 0
    consents: dict[str, Consent] = {}
    slots: dict[str, str] = {}
    recent: tuple[Glimpse, ...] = ()
    cases: tuple[Case, ...] = ()
    quiet: dict[int, tuple[int, int]] = {}
    timers: tuple[Timer, ...] = ()  # earliest first
    memory: dict[str, msgspec.Raw] = {}
    card: int = 0
    ended: tuple[Ended, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    def granted(self, scope: str) -> bool | None:
        """Whether the customer said yes or no to `scope`; None: never asked."""
        consent = self.consents.get(scope)
        return None if consent is None else consent.granted


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Customer).decode


def pack(customer: Customer) -> bytes:
    """The canonical bytes of a state, without the codec byte of the changelog."""
    return _encode(customer)


def unpack(state: bytes) -> Customer:
    """Inverse of `pack`."""
    return _decode(state)


def present(state: bytes) -> bytes:
    """A state of the codec version before in the present form: what it did not know has its beginning."""
    return pack(unpack(state))
