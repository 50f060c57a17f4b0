"""What was stored comes back: the log in order and once, outputs whole."""

from __future__ import annotations

from itertools import chain

import pytest

from schemas.records import Source
from schemas.topics import DLQ, RESOLVED
from sinks import archive
from sinks.archive import Extent, LogBlock, partitions, read_log, read_outputs, topic_ids
from sinks.clickhouse.chunk import Chunk
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import Writer
from tests.sinks.made import START, Made, chunk, everyone, outputs, resolved, sent

RECORDS = [
    *(resolved(number) for number in range(20)),
    everyone(20, "clock.tick", n=3),
    resolved(21)._replace(key=b"\xff\0", value=b"\0 no touchpoint \xff"),
    resolved(22)._replace(value=None),
    *(resolved(number) for number in range(30, 40)),
    *(resolved(number, partition=2) for number in range(5, 9)),
]


def store_(store: EmbeddedStore, *chunks: Chunk) -> None:
    Writer(store, print).write(merged(blocks(chunks)))


@pytest.fixture
def filled(store: EmbeddedStore) -> EmbeddedStore:
    store_(store, chunk(*RECORDS))
    store_(store, chunk(*RECORDS[7:19]))
    return store


def read(store: EmbeddedStore, partition: int, from_offset: int = 0) -> list[LogBlock]:
    return list(read_log(store, RESOLVED, partition, from_offset))


def offsets(found: list[LogBlock]) -> list[int]:
    return list(chain.from_iterable(block.offsets for block in found))


def test_what_is_there(filled: EmbeddedStore) -> None:
    assert partitions(filled) == [Extent("t1", 0, 0, 39, 33), Extent("t1", 2, 5, 8, 4)]


def test_the_log_comes_back_whole(filled: EmbeddedStore) -> None:
    wanted = [each for each in RECORDS if each.partition == 0]
    (found,) = read(filled, 0)
    assert found.offsets == [each.offset for each in wanted]
    assert found.timestamps == [each.timestamp for each in wanted]
    assert found.keys == [each.key for each in wanted]
    assert found.values == [each.value or b"" for each in wanted]
    assert found.sources == [Source(0, each.offset, 3 if each.key == b"*" else 0) for each in wanted]


@pytest.mark.parametrize(
    ("partition", "start", "expected"),
    [
        pytest.param(0, 36, [36, 37, 38, 39], id="in the middle"),
        pytest.param(0, 23, list(range(30, 40)), id="in a gap"),
        pytest.param(0, 40, [], id="after the end"),
        pytest.param(1, 0, [], id="a partition without records"),
        pytest.param(2, 0, [5, 6, 7, 8], id="another partition"),
    ],
)
def test_from_an_offset_on(filled: EmbeddedStore, partition: int, start: int, expected: list[int]) -> None:
    assert offsets(read(filled, partition, start)) == expected


@pytest.mark.parametrize(("records", "size"), [(7, 1 << 20), (1, 1 << 20), (100, 300), (100, 1)])
def test_blocks_are_bounded(filled: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, records: int, size: int) -> None:
    monkeypatch.setattr(archive, "BLOCK_RECORDS", records)
    monkeypatch.setattr(archive, "BLOCK_BYTES", size)
    found = read(filled, 0)
    assert offsets(found) == [each.offset for each in RECORDS if each.partition == 0]
    assert all(len(block.offsets) <= records for block in found)
    assert all(len(block.offsets) == 1 or sum(map(len, block.values)) <= size for block in found)


def test_the_current_topic_is_the_one_that_began_last(filled: EmbeddedStore) -> None:
    store_(filled, chunk(resolved(0, text="new"), topic_id="t0"))
    assert topic_ids(filled) == ["t1", "t0"]
    assert partitions(filled) == [Extent("t0", 0, 0, 0, 1)]
    assert offsets(read(filled, 0)) == [0]
    assert len(offsets(list(read_log(filled, RESOLVED, 0, topic_id="t1")))) == 33


def test_an_empty_archive(store: EmbeddedStore) -> None:
    assert topic_ids(store) == []
    assert partitions(store) == []
    assert read(store, 0) == []
    assert list(read_outputs(store, "signal")) == []


@pytest.mark.parametrize("kind", outputs())
def test_outputs_come_back_whole(store: EmbeddedStore, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE_ROWS", 3)
    wanted = [outputs(number)[kind] for number in range(8)]
    for _ in range(2):
        store_(store, chunk(*(sent(each, offset) for offset, each in enumerate(wanted)), topic="any.topic.v1"))
    assert list(read_outputs(store, kind)) == wanted


def test_rejected_records_come_back_with_their_bytes(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE_ROWS", 2)
    letters = [_letter(number) for number in range(5)]
    store_(store, chunk(*letters, topic=DLQ))
    found = list(read_outputs(store, "rejected"))
    assert [(each.id, each.at, each.partition, each.offset) for each in found] == [
        (f"r{number}", START + number, 3, number) for number in range(5)
    ]
    assert [getattr(each, "original", None) for each in found] == [each.value for each in letters]


def _letter(number: int) -> Made:
    fields = {"id": f"r{number}", "stage": "identity", "reason": "empty_key", "detail": "d", "topic": "raw",
              "partition": "3", "offset": str(number), "at": str(START + number)}  # fmt: skip
    return Made(0, number, START, b"", b"\0\xff'\\" + bytes([number]), [(k, v.encode()) for k, v in fields.items()])


def test_an_unknown_kind_is_named(store: EmbeddedStore) -> None:
    with pytest.raises(ValueError, match="no output is of kind 'shifts'; kinds are shift, signal"):
        read_outputs(store, "shifts")
