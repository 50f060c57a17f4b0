"""The station of `bench count`: count, sum and last time of each key, in a table that a changelog keeps.

As durable as the line: outputs are acknowledged before the states that know of them,
states before their source is committed, and each state says up to which record it has
counted, so that what is read again after a crash is not counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from rapport.connection import Kafka
from schemas.codec import NotColumnar, columns, decode_touchpoints
from schemas.records import Touchpoint
from streams.app import recovery
from streams.app.claims import Claim
from streams.app.outbox import Entry, Outbox

Format = Literal["json", "avro"]
Facts: TypeAlias = tuple[int, float]
"""When a touchpoint occurred, in milliseconds, and its amount."""

_PACK: Final = msgspec.msgpack.Encoder().encode
_UNPACK: Final = msgspec.msgpack.Decoder(list[Any]).decode


class Output(msgspec.Struct):
    """What stands on the output topic, as JSON, under the same key."""

    key: str
    count: int
    sum: float
    last_seen: int
    """Milliseconds since 1970."""


class _Seen(msgspec.Struct):
    occurred_at: datetime
    amount: float | None = None


_JSON: Final = msgspec.json.Decoder(_Seen).decode
_WRITE: Final = msgspec.json.Encoder().encode


class Counting:
    """One partition of the topic, and the keys that it holds."""

    appetite = 8

    def __init__(
        self, claim: Claim, outbox: Outbox, kafka: Kafka, table: str, out: tuple[str, int], emit: int,
        form: Format, begun: Callable[[], None], done: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        """`done` is told how many records are finished, and how many of them were no touchpoints."""
        self._claim, self._outbox, self._kafka = claim, outbox, kafka
        self._table, self._emit = table, emit
        self._out = (out[0], claim.partition % out[1])
        self._facts = _of_avro if form == "avro" else _of_json
        self._begun, self._done = begun, done
        self._states: dict[bytes, list[Any]] = {}

    async def begin(self) -> None:
        changelog = (self._table, self._claim.partition)
        await self._outbox.open_fenced(f"{self._table}-{self._claim.partition}", changelog)
        await recovery.recover(self._kafka, *changelog, self._restore)

    async def handle(self, records: Sequence[Any]) -> None:
        self._begun()
        outputs, touched, refused = self._fold(records, self._facts([record.value for record in records]))
        await self._outbox.send({self._out: outputs})
        changes: list[Entry] = [(key, _PACK(state), [], None) for key, state in touched.items()]
        await self._outbox.send({(self._table, self._claim.partition): changes})
        self._done(len(records), refused)

    async def end(self) -> None:
        await self._outbox.close()

    def measure(self) -> None:
        """The bench reads no metrics."""

    def _restore(self, key: bytes, value: bytes | None) -> None:
        if value is not None:
            self._states[key] = _UNPACK(value)

    def _fold(
        self, records: Sequence[Any], facts: Iterable[Facts | None]
    ) -> tuple[list[Entry], dict[bytes, list[Any]], int]:
        states, emit = self._states, self._emit
        outputs: list[Entry] = []
        touched: dict[bytes, list[Any]] = {}
        refused = 0
        for record, fact in zip(records, facts, strict=True):
            key = record.key
            if fact is None or key is None:
                refused += 1
                continue
            state = states.get(key)
            if state is None:
                state = states[key] = [0, 0.0, 0, -1]
            if record.offset <= state[3]:
                continue  # counted before a crash
            at, amount = fact
            state[0] += 1
            state[1] += amount
            state[2] = max(state[2], at)
            state[3] = record.offset
            touched[key] = state
            if state[0] % emit == 0:
                said = Output(key.decode("utf-8", "replace"), state[0], state[1], state[2])
                outputs.append((key, _WRITE(said), [], None))
        return outputs, touched, refused


def _of_avro(values: Sequence[bytes | None]) -> Iterable[Facts | None]:
    try:
        frame = columns([value or b"" for value in values], "touchpoint", ("occurred_at", "amount"))
    except NotColumnar:
        return [
            (found.occurred_at, found.amount or 0.0) if isinstance(found, Touchpoint) else None
            for found in decode_touchpoints(values)
        ]
    return zip(frame["occurred_at"].to_list(), frame["amount"].fill_null(0.0).to_list(), strict=True)


def _of_json(values: Sequence[bytes | None]) -> Iterable[Facts | None]:
    return [_seen(value or b"") for value in values]


def _seen(value: bytes) -> Facts | None:
    try:
        seen = _JSON(value)
    except msgspec.MsgspecError:
        return None
    return int(seen.occurred_at.timestamp() * 1000), seen.amount or 0.0
