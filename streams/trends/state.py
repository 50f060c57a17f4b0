"""What is kept of one measures partition, and how it is written."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.records import Severity
from streams.alerts.acts import RESERVED
from streams.trends.chart import Chart
from streams.trends.season import Season


class TrendAlert(msgspec.Struct, array_like=True, frozen=True):
    """An alert of an open incident; `told`: 1 when nobody took it until half of its time, 2 when it is overdue.

    Where it is snoozed or acknowledged, `until` says when that ends (0: never). `above`: the teams that it was
    escalated to, who hear of what becomes of it.
    """

    id: str
    team: str
    severity: Severity
    at: int
    due: int
    state: str = "open"
    told: int = 0
    until: int = 0
    above: tuple[str, ...] = ()


class Open(msgspec.Struct, array_like=True):
    """An incident under way: `said` is when it was last said, `events` and `exposure` what has come since."""

    id: str
    at: int
    said: int
    events: int
    exposure: float
    alerts: tuple[TrendAlert, ...] = ()


class Watched(msgspec.Struct, array_like=True):
    """One measure of one scope. `begun`: when the period under way began, for measures that go by time; 0: none.
    `calm`: until when nothing was above what is usual."""

    chart: Chart = msgspec.field(default_factory=Chart)
    season: Season = msgspec.field(default_factory=Season)
    begun: int = 0
    calm: int = 0
    incident: Open | None = None


Totals = dict[str, dict[int, int]]
"""By what is counted, and by resolved partition."""


class Place(msgspec.Struct, array_like=True):
    """One scope: what waits for its bucket to close, what stands, and what is watched, by measure.

    `impacts` are alerts of what was foretold; `said` are numbers last broadcast.
    """

    scope: dict[str, str]
    waiting: dict[int, Totals] = {}
    standing: Totals = {}
    watched: dict[str, Watched] = {}
    impacts: dict[str, Open] = {}
    said: dict[str, float] = {}


class Standing(msgspec.Struct, array_like=True):
    """How far the partition is done: its position, the time that each resolved partition has passed, the time until
    which buckets are closed, the versions of knowledge from when they hold (of resolved partition 0's marks)."""

    position: int = -1
    marks: dict[int, int] = {}
    closed: int = -1
    versions: list[tuple[int, str]] = []


WHOLE: Final = b"="
"""Key of the record that says up to which position the places are whole (as in `streams.identity.links`)."""
FORM: Final = b"\x01"
HEAD: Final = 9

_encode: Final = msgspec.msgpack.Encoder().encode
_place: Final = msgspec.msgpack.Decoder(Place).decode
_standing: Final = msgspec.msgpack.Decoder(Standing).decode
_name: Final = msgspec.json.Encoder(order="sorted").encode

APART: Final = RESERVED | {"of"}
"""What a measure says beside the scope that it is of."""


class Unreadable(Exception):
    """A value of the trends' changelog that this program cannot read."""


def name_of(scope: dict[str, str]) -> bytes:
    """Under which name the scope of a measure is judged; it decides the measures partition, too.

    What is said of all customers together is judged in one place.
    """
    if "of" in scope:
        return b"{}"
    return _name({name: value for name, value in scope.items() if name not in APART})


def pack(state: Place | Standing) -> bytes:
    """The canonical bytes of a state."""
    return _encode(state)


def write(position: int, state: Place | Standing) -> bytes:
    """A value of the changelog."""
    return FORM + position.to_bytes(8, "big", signed=True) + _encode(state)


class Restoring:
    """Takes the changelog record by record; `result` is what was whole at the end.

    A place above the last whole position is a chunk's that was not finished: it is done again.
    """

    def __init__(self) -> None:
        self._places: dict[bytes, list[tuple[int, bytes]]] = {}
        self._whole = -1
        self._standing = pack(Standing())

    def take(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            return  # The fence of a successor. A place is never erased: it is of nobody.
        if value[:1] != FORM:
            raise Unreadable(f"the state of trend {key!r} has form {value[:1]!r}; start the release that wrote it")
        position, state = int.from_bytes(value[1:HEAD], "big", signed=True), value[HEAD:]
        if key == WHOLE:
            if position >= self._whole:
                self._whole, self._standing = position, state
        else:
            self._places.setdefault(key, []).append((position, state))

    def versions(self) -> set[str]:
        """The versions of knowledge that are still to be gone by."""
        return {version for _, version in _standing(self._standing).versions}

    def result(self) -> tuple[Standing, dict[bytes, Place]]:
        places: dict[bytes, Place] = {}
        for key, versions in self._places.items():
            known = [version for version in versions if version[0] <= self._whole]
            if known:
                places[key] = _place(max(known, key=lambda version: version[0])[1])
        return _standing(self._standing), places
