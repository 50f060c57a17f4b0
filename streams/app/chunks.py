"""Records of a fetch as chunks, and several chunks as one Faust message.

Whatever Faust does with a message (four futures, queues, sensors) is paid once a
topic and round, for all of its partitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from faust.serializers import codecs
from faust.types import TP

CODEC = "chunks"

Chunk: TypeAlias = tuple[TP, list[Any]]
"""Records of one partition in offset order."""


class Fetched(dict[TP, list[Any]]):
    """What one fetch brought, and the group generation in which it was handed over."""

    def __init__(self, records: Mapping[TP, list[Any]], generation: int) -> None:
        super().__init__(records)
        self.generation = generation


def rounds(records: Mapping[TP, list[Any]], size: int) -> Iterator[dict[str, list[Chunk]]]:
    """By topic one chunk of at most `size` records of each partition, round after round.

    No partition waits for another's whole fetch, no chunk waits to be full.
    """
    start = 0
    while True:
        chunks: dict[str, list[Chunk]] = {}
        for tp, fetched in records.items():
            if start < len(fetched):
                chunks.setdefault(tp.topic, []).append((tp, fetched[start : start + size]))
        if not chunks:
            return
        yield chunks
        start += size


class ChunkCodec(codecs.Codec):
    """Passes the chunks through Faust's decoding untouched."""

    def loads(self, s: Any) -> Any:
        return s

    def dumps(self, obj: Any) -> Any:
        return obj


codecs.register(CODEC, ChunkCodec())
