"""A customer as of a moment, from their own records and a few ticks: as if the whole log had been folded until then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from rapport.settings import Settings
from replay.past import folded
from replay.sources.records import records_of
from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE, Record, Source, Touchpoint
from schemas.topics import RESOLVED
from sinks.clickhouse import one_customer
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.one_customer import read_one
from streams.customers.customer import Customer
from streams.engine import Engine, Partition
from streams.knowledge.load import load

SETTINGS = Settings(identity_key="test")
KNOWLEDGE = load(SETTINGS.knowledge)
START = 1_767_225_600_000
MINUTE = 60_000
RAW = 2


def own(who: str, kind: str, minute: int, text: str | None = None) -> tuple[str, Touchpoint]:
    at = START + minute * MINUTE
    channel = "chat" if kind == "chat.message" else "pos"
    return who, Touchpoint(f"{who}{minute}{kind}", kind, at, 0, channel, "customer", customer_id=who, text=text)


def line() -> list[Record]:
    """Ann and Bo among ticks of two raw partitions, one a minute; Ann's second word comes an hour late."""
    said = {
        3: [own("ann", "chat.message", 3, text="hello?")],
        7: [own("bo", "chat.message", 7, text="worst shop ever"), (EVERYONE, Touchpoint(
            "p", "policy.changed", START + 7 * MINUTE, 0, "system", "company",
            properties='{"policy_id": "p", "kind": "price", "size": 0.2}',
        ))],
        90: [own("ann", "chat.message", 30, text="is anybody there")],
        200: [own("ann", "purchase.made", 200), own("bo", "chat.message", 200, text="thanks")],
    }  # fmt: skip
    records: list[Record] = []
    for minute in range(400):
        for key, body in said.get(minute, []):
            records.append(Record(len(records), key, Source(0, len(records), 0), body))
        for raw in range(RAW):
            tick = Touchpoint(
                f"t{minute}{raw}", "clock.tick", START + minute * MINUTE, 0, "system", "company",
                properties=f'{{"partition": {raw}, "partitions": {RAW}}}',
            )  # fmt: skip
            records.append(Record(len(records), EVERYONE, Source(raw, len(records), 0), tick))
    return records


LINE = line()


def archived(store: EmbeddedStore, partition: int, records: list[Record]) -> None:
    """The records as the sink stores them in the log."""
    rows = [
        ("t1", RESOLVED, partition, record.offset, START, record.key, *record.source, encode_touchpoint(record.body))
        for record in records
        if isinstance(record.body, Touchpoint)
    ]
    names = ["topic_id", "topic", "partition", "offset", "at", "key",
             "source_partition", "source_offset", "source_n", "value"]  # fmt: skip
    frame = pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"value": pl.Binary})
    time = pl.from_epoch("at", time_unit="ms").dt.replace_time_zone("UTC").alias("timestamp")
    store.insert("log", frame.with_columns(time).drop("at"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    folder: Path = tmp_path_factory.mktemp("past")
    embedded = EmbeddedStore(folder / "clickhouse")
    migrate(embedded)
    archived(embedded, 0, LINE)
    yield embedded
    embedded.close()


def whole(who: str, at: int) -> Customer | None:
    """By every record until then, all ticks among them."""
    states = Partition(0)
    engine = Engine(KNOWLEDGE)
    bodies = [record for record in LINE if isinstance(record.body, Touchpoint) and record.body.occurred_at <= at]
    engine.process(bodies, states)
    engine.advance(at, states, inclusive=True)
    live = states.live(who)
    return None if live is None else live.customer


@pytest.mark.parametrize("cuts", [1, 500])
@pytest.mark.parametrize("who", ["ann", "bo"])
def test_it_is_as_it_stood(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, who: str, cuts: int) -> None:
    monkeypatch.setattr(one_customer, "CUTS", cuts)
    block = read_one(store, 0, who)
    records = records_of(block.offsets, block.keys, block.sources, block.values)
    assert len(records) < 30, "a few ticks are enough"
    for minute in (3, 4, 6, 7, 29, 89, 120, 200, 399):
        at = START + minute * MINUTE + 1
        found = folded(records, 0, who, at, KNOWLEDGE, SETTINGS, own_rules=False)
        assert found == whole(who, at), minute


def test_nobody_was_never_there(store: EmbeddedStore) -> None:
    assert all(key == EVERYONE.encode() for key in read_one(store, 0, "nobody").keys)
