"""Records of one topic, as columns: what a poll of Kafka gave, and where each of them stood."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from schemas.recorded import Headers, Recorded

TIME: Final = pl.Datetime("ms", "UTC")
NO_SOURCE: Final = -1
"""Source partition and offset of a record that names none."""

_SOURCE: Final = "source"
_DONOR: Final = "handed_from"
_POSITION: Final = (
    ("source_partition", 0, 4, pl.Int32()),
    ("source_offset", 4, 8, pl.Int64()),
    ("source_n", 12, 4, pl.Int32()),
)
"""Fields of the header before the topic's name: name, first byte, length, type; big-endian."""
_POSITION_SIZE: Final = 16
_NOWHERE: Final = struct.pack(">iqi", NO_SOURCE, NO_SOURCE, 0)
_FIRST: Final = (1 << 63) - 1
_OFFSET_SHIFT: Final = 16
_LATER: Final = pl.col("offset") * (1 << _OFFSET_SHIFT) + pl.col("partition").cast(pl.Int64)
BY_ITSELF: Final = (_FIRST - _LATER).cast(pl.UInt64).alias("precedence")
"""Precedence of what came by itself, by partition and offset; that of the record before is larger by more than one."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """`places` has a row a record: topic_id, topic, partition, offset, timestamp, key (bytes).

    A record without a value (a tombstone, or a mistake) has the value `b""`.
    """

    topic: str
    places: pl.DataFrame
    values: list[bytes]
    headers: list[Headers]

    @classmethod
    def of(cls, topic_id: str, topic: str, records: Sequence[Recorded]) -> Chunk:
        places = pl.DataFrame(
            {
                "partition": pl.Series([each.partition for each in records], dtype=pl.Int32),
                "offset": pl.Series([each.offset for each in records], dtype=pl.Int64),
                "timestamp": pl.Series([each.timestamp for each in records], dtype=pl.Int64).cast(TIME),
                "key": pl.Series([each.key or b"" for each in records], dtype=pl.Binary),
            }
        ).select(pl.lit(topic_id).alias("topic_id"), pl.lit(topic).alias("topic"), pl.all())
        values = [each.value or b"" for each in records]
        return cls(topic, places, values, [each.headers for each in records])

    def take(self, rows: Sequence[int]) -> Chunk:
        """Those records, in that order."""
        if len(rows) == len(self.values):
            return self
        values, headers = [self.values[row] for row in rows], [self.headers[row] for row in rows]
        return Chunk(self.topic, self.places[rows], values, headers)

    def sources(self) -> pl.DataFrame:
        """source_partition, source_offset, source_n from the header that identity writes."""
        packed = pl.Series(list(map(_source, self.headers)), dtype=pl.Binary)
        return pl.DataFrame(
            {
                name: packed.bin.slice(start, length).bin.reinterpret(dtype=kind, endianness="big")
                for name, start, length, kind in _POSITION
            }
        )

    def positions(self) -> pl.DataFrame:
        """Where each row comes from, without the key, and `precedence`.

        Of rows with one sorting key ReplacingMergeTree keeps the largest precedence: that of
        the smallest offset and, at one offset, the smallest partition. So which row stays is
        decided by the log alone, not by the order in which rows were inserted or merged.
        What was handed over gives way to what came by itself; of several hand-overs the last one stays.
        """
        donors = pl.Series("handed_from", list(map(_donor, self.headers)), dtype=pl.String)
        if (donors == "").all():  # an absent column is empty text
            return self.places.select(pl.exclude("key"), BY_ITSELF)
        precedence = pl.when(pl.col("handed_from") == "").then(BY_ITSELF).otherwise(_LATER)
        placed = self.places.with_columns(donors)
        return placed.select(pl.exclude("key"), precedence.cast(pl.UInt64).alias("precedence"))


def _source(headers: Headers) -> bytes:
    for name, value in headers:
        if name == _SOURCE and value is not None and len(value) >= _POSITION_SIZE:
            return value
    return _NOWHERE


def _donor(headers: Headers) -> str:
    """The key of the customer whose past the record is from; empty where it came by itself."""
    for name, value in headers:
        if name == _DONOR and value:
            return value.decode("utf-8", "replace")
    return ""
