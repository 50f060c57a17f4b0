"""Records of every topic as blocks of rows for their tables.

The schema of a value, not its topic, names its table; the resolved topic goes
into `log` as well, whole. A record that is no record of its schema goes to
`poison` with the reason, and the rest of the chunk goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias, get_args

import polars as pl

from schemas import codec
from schemas.letters import MARK, REPEATED, Kind, headers_of
from schemas.records import EVERYONE, Undecodable
from schemas.registry import BY_PREFIX, FRAME, TOUCHPOINT
from schemas.topics import CUSTOMERS, DLQ, RESOLVED
from sinks.clickhouse.chunk import Chunk
from sinks.clickhouse.decode import Decoded, decoded
from sinks.clickhouse.shapes import (
    dead_letter_columns,
    output_columns,
    rejected_columns,
    repetition_columns,
    replay_columns,
    touchpoint_columns,
)

LOG: Final = "log"
POISON: Final = "poison"
TOUCHPOINTS: Final = "touchpoints"
REJECTED: Final = "rejected"
DEAD_LETTERS: Final = "dead_letters"
REPLAYS: Final = "replays"
TABLES: Final[Mapping[str, str]] = {
    "touchpoint": TOUCHPOINTS,
    "shift": "shifts",
    "signal": "signals",
    "decision": "decisions",
    "alert": "alerts",
    "alert_change": "alert_changes",
    "card": "customers",
    "measure": "measures",
}
"""The table of each schema of `schemas.registry`."""

_TICK: Final = "clock.tick"
_BAD_KEY: Final = Undecodable("bad_key", "the key is not UTF-8", b"")
_BAD_LETTER: Final = Undecodable(
    "bad_headers",
    "a dead letter has the headers id, stage, reason, at; a mark of a replay has letter and at, one of a"
    " repetition event_id, at, partition and offset",
    b"",
)

_MOMENT: Final = {TOUCHPOINTS: "occurred_at"}
"""The time of a row, where it is not `at`."""
Shape: TypeAlias = Callable[[Chunk], pl.DataFrame]
_OF_LETTERS: Final[Mapping[str, Shape]] = {REJECTED: rejected_columns, DEAD_LETTERS: dead_letter_columns}
_OF_MARKS: Final[Mapping[str, Shape]] = {REPLAYS: replay_columns}
_OF_REPETITIONS: Final[Mapping[str, Shape]] = {TOUCHPOINTS: repetition_columns}


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one table, and the records they come from, row by row."""

    table: str
    rows: pl.DataFrame
    records: Chunk

    def slice(self, start: int, end: int) -> Block:
        return Block(self.table, self.rows[start:end], self.records.take(range(start, end)))


def blocks(chunks: Iterable[Chunk]) -> list[Block]:
    """What to insert, `log` first, one block a table and topic."""
    made = [block for chunk in chunks if chunk.values for block in _blocks(chunk)]
    return sorted(made, key=lambda block: block.table != LOG)


def poisoned(records: Chunk, reason: str, detail: str) -> Block:
    """The block that sets these records aside."""
    return _poison(records, [Undecodable(reason, detail, b"")] * len(records.values))


def _blocks(chunk: Chunk) -> list[Block]:
    if chunk.topic == DLQ:
        return _dead_letters(chunk)
    if chunk.topic == RESOLVED:
        return [_log(chunk), *_by_schema(chunk)]
    if chunk.topic == CUSTOMERS:
        # A tombstone there says that a customer was erased; it is no card.
        chunk = chunk.take([row for row, value in enumerate(chunk.values) if value])
    return _by_schema(chunk)


def _log(chunk: Chunk) -> Block:
    values = pl.Series("value", chunk.values, dtype=pl.Binary)
    return Block(LOG, chunk.places.hstack(chunk.sources()).with_columns(values), chunk)


def _by_schema(chunk: Chunk) -> list[Block]:
    places, bad = _sorted_by_schema(chunk.values)
    made = []
    for name, rows in places.items():
        part = chunk.take(rows)
        found = decoded(part.values, name)
        refused = found.bad
        if found.rows:
            block, nameless = _of_schema(part.take(found.rows), found, name)
            made.append(block)
            refused = refused + nameless
        bad += [(rows[row], why) for row, why in refused]
    return _with_poison(chunk, [block for block in made if block.rows.height], bad)


def _sorted_by_schema(values: Sequence[bytes]) -> tuple[dict[str, Sequence[int]], list[tuple[int, Undecodable]]]:
    """Places by the name of the schema, and those of values that name none."""
    if not values:
        return {}, []
    prefixes = [value[:FRAME] for value in values]
    only = BY_PREFIX.get(prefixes[0])
    if only is not None and prefixes.count(only.prefix) == len(prefixes):
        return {only.name: range(len(values))}, []
    found: dict[str, list[int]] = {}
    bad = []
    for row, value in enumerate(values):
        named = codec.schema_of(value)
        if isinstance(named, Undecodable):
            bad.append((row, named))
        else:
            found.setdefault(named.name, []).append(row)
    return dict(found), bad


def _of_schema(kept: Chunk, found: Decoded, schema: str) -> tuple[Block, list[tuple[int, Undecodable]]]:
    """The block of what decoded, and the places of touchpoints whose key is no text."""
    if schema != TOUCHPOINT.name:
        columns = output_columns(found.frame).with_columns(pl.Series("value", kept.values, dtype=pl.Binary))
        return Block(TABLES[schema], columns.hstack(kept.positions()), kept), []
    keys = _texts(kept.places.get_column("key"))
    wanted = _wanted(kept, keys, found.frame)
    rows = touchpoint_columns(found.frame, keys).hstack(kept.positions())
    nameless = [(found.rows[row], _BAD_KEY) for row in keys.is_null().arg_true()]
    return Block(TOUCHPOINTS, rows.filter(wanted), kept.take(wanted.arg_true().to_list())), nameless


def _texts(keys: pl.Series) -> pl.Series:
    """The keys as text; null where one is none."""
    try:
        return keys.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series(keys.name, [_text(key) for key in keys], dtype=pl.String)


def _text(key: bytes) -> str | None:
    try:
        return key.decode()
    except UnicodeDecodeError:
        return None


def _wanted(chunk: Chunk, keys: pl.Series, frame: pl.DataFrame) -> pl.Series:
    """No ticks, and of what is copied to every partition only the first copy."""
    everyone = keys == EVERYONE
    if not everyone.any():
        return keys.is_not_null()
    copy = chunk.sources().get_column("source_n") > 0
    return (keys.is_not_null() & ~(everyone & (copy | (frame.get_column("type") == _TICK)))).fill_null(False)


def _dead_letters(chunk: Chunk) -> list[Block]:
    """Letters twice: their bytes, and what could be read of them. Of the marks between them those of replays, and of
    repetitions, which are rows of touchpoints."""
    kinds = [headers_of(headers).get(MARK) for headers in chunk.headers]
    letters = [row for row, kind in enumerate(kinds) if kind is None]
    marks = [row for row, kind in enumerate(kinds) if kind == "replayed"]
    repeated = [row for row, kind in enumerate(kinds) if kind == REPEATED]
    bad = [(row, _BAD_LETTER) for row, kind in enumerate(kinds) if kind not in (None, *get_args(Kind))]
    made = []
    for rows, shapes, name in (
        (letters, _OF_LETTERS, "id"), (marks, _OF_MARKS, "letter_id"), (repeated, _OF_REPETITIONS, "event_id"),
    ):  # fmt: skip
        if rows:
            part = chunk.take(rows)
            blocks, refused = _told(part, shapes, name)
            made += blocks
            bad += [(rows[row], _BAD_LETTER) for row in refused]
    return _with_poison(chunk, made, bad)


def _told(chunk: Chunk, shapes: Mapping[str, Shape], name: str) -> tuple[list[Block], list[int]]:
    """A block a table of what headers tell of it, and the places of those that lack a time or the column `name`."""
    made, good = [], pl.Series(dtype=pl.Boolean)
    for table, shape in shapes.items():
        columns = shape(chunk)
        good = columns.get_column(_MOMENT.get(table, "at")).is_not_null() & (columns.get_column(name) != "")
        if good.any():
            placed = columns if "precedence" in columns.columns else columns.hstack(chunk.positions())
            rows = placed.filter(good)
            made.append(Block(table, rows, chunk.take(good.arg_true().to_list())))
    return made, (~good).arg_true().to_list()


def _with_poison(chunk: Chunk, made: list[Block], bad: list[tuple[int, Undecodable]]) -> list[Block]:
    if bad:
        bad.sort(key=lambda each: each[0])
        made.append(_poison(chunk.take([row for row, _ in bad]), [why for _, why in bad]))
    return made


def _poison(records: Chunk, why: Sequence[Undecodable]) -> Block:
    reasons = pl.DataFrame(
        {
            "reason": [each.reason for each in why],
            "detail": [each.detail for each in why],
            "value": pl.Series(records.values, dtype=pl.Binary),
        }
    )
    return Block(POISON, records.places.hstack(reasons), records)


def merged(made: Sequence[Block]) -> list[Block]:
    """Blocks of one table as one, so that eleven alert topics make one insert."""
    order = list(dict.fromkeys(block.table for block in made))
    by_table = sorted(made, key=lambda block: order.index(block.table))
    return [_joined(list(same)) for _, same in groupby(by_table, key=lambda block: block.table)]


def _joined(same: list[Block]) -> Block:
    if len(same) == 1:
        return same[0]
    records = Chunk(
        "",
        pl.concat([block.records.places for block in same]),
        [value for block in same for value in block.records.values],
        [headers for block in same for headers in block.records.headers],
    )
    # A column that only some of them have is absent, not unknown, in the others.
    rows = pl.concat([block.rows for block in same], how="diagonal").with_columns(pl.col(pl.String).fill_null(""))
    return Block(same[0].table, rows, records)
