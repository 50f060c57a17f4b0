"""What is stored when ClickHouse fails: the identical block again, refused rows alone, counts that stay right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pytest
from prometheus_client import REGISTRY

from schemas.topics import DLQ
from sinks.clickhouse.client import StoreAway, StoreError, insert_failed
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import LONGEST_PAUSE_S, Stopped, Writer
from tests.sinks.made import Made, chunk, everyone, outputs, resolved, sent


class Unsteady(EmbeddedStore):
    """The real store, away for the next `failures` inserts: before it stores the rows, or after."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.failures, self.after = 0, False
        self.fault: StoreError = StoreAway("gone")
        self.seen: list[pl.DataFrame] = []

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        self.seen.append(rows)
        if self.failures and not self.after:
            self.failures -= 1
            raise self.fault
        super().insert(table, rows)
        if self.failures:
            self.failures -= 1
            raise StoreAway("the answer was lost")


@pytest.fixture
def unsteady(tmp_path: Path) -> Iterator[Unsteady]:
    embedded = Unsteady(tmp_path / "clickhouse")
    migrate(embedded)
    embedded.seen.clear()
    yield embedded
    embedded.close()


def write(store: EmbeddedStore, records: Iterable[Made], pauses: list[float] | None = None) -> None:
    Writer(store, nothing if pauses is None else pauses.append).write(merged(blocks([chunk(*records)])))


def nothing(seconds: float) -> None:
    """A pause that takes no time."""


def counts(store: EmbeddedStore, *tables: str) -> list[object]:
    return [store.query(f"SELECT count() AS n FROM {table}")["n"][0] for table in tables]


@pytest.mark.parametrize("after", [False, True], ids=["the block was lost", "only its confirmation was lost"])
def test_the_identical_block_again_until_it_is_confirmed(unsteady: Unsteady, after: bool) -> None:
    unsteady.failures, unsteady.after = 4, after
    pauses: list[float] = []
    write(unsteady, [resolved(number) for number in range(10)], pauses)
    assert len(pauses) == 4
    assert pauses == sorted(pauses)
    assert all(rows.equals(unsteady.seen[0]) for rows in unsteady.seen[:5])
    assert counts(unsteady, "log_now", "touchpoints_now") == [10, 10]


def test_it_waits_for_ever_but_never_long_at_a_time(unsteady: Unsteady) -> None:
    unsteady.failures = 50
    pauses: list[float] = []
    write(unsteady, [resolved(1)], pauses)
    assert len(pauses) == 50
    assert max(pauses) == LONGEST_PAUSE_S


def test_it_says_so_once_and_not_at_every_attempt(unsteady: Unsteady, caplog: pytest.LogCaptureFixture) -> None:
    unsteady.failures = 20
    write(unsteady, [resolved(1)])
    assert [record.levelname for record in caplog.records if "gone" in record.message] == ["WARNING"]


def test_another_thread_sees_for_how_long_it_waits_and_why(unsteady: Unsteady) -> None:
    unsteady.failures = 2
    seen: list[tuple[float, str]] = []
    writer = Writer(unsteady, lambda seconds: seen.append((writer.waiting_s, writer.away)))
    writer.write(blocks([chunk(resolved(1))]))
    assert [why for _, why in seen] == ["gone", "gone"]
    assert 0 < seen[0][0] < seen[1][0]
    assert (writer.waiting_s, writer.away) == (0.0, "")


def test_it_stops_when_there_is_no_use_in_waiting(unsteady: Unsteady) -> None:
    unsteady.failures = 1

    def no_use(seconds: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        Writer(unsteady, no_use).write(blocks([chunk(resolved(1))]))


def test_refused_rows_are_isolated_and_their_records_kept(store: EmbeddedStore) -> None:
    store.execute("ALTER TABLE touchpoints ADD CONSTRAINT sane CHECK amount < 1000")
    bad = {3, 4, 17}
    records = [resolved(number, amount=5000.0 if number in bad else 1.0) for number in range(20)]
    write(store, records)
    assert counts(store, "log_now", "touchpoints_now", "poison_now") == [20, 17, 3]
    found = store.query("SELECT offset, reason, value, key FROM poison ORDER BY offset", binary=("value", "key"))
    assert found["offset"] == sorted(bad)
    assert set(found["reason"]) == {"refused_by_touchpoints"}
    assert found["value"] == [records[number].value for number in sorted(bad)]


def test_records_read_again_in_other_batches_count_once(store: EmbeddedStore) -> None:
    records = [*(resolved(number) for number in range(30)), everyone(30, "policy.changed"), everyone(31, "clock.tick")]
    write(store, records[:20])
    write(store, records[5:])
    write(store, records[11:13])
    assert counts(store, "log_now", "touchpoints_now") == [32, 31]


def test_a_change_on_two_teams_topics_counts_once(store: EmbeddedStore) -> None:
    change = outputs()["alert_change"]
    for topic in ("alerts.store.v1", "alerts.sales.v1"):
        Writer(store, nothing).write(merged(blocks([chunk(sent(change), topic=topic, topic_id=topic)])))
    assert counts(store, "alert_changes_now") == [1]


def test_a_touchpoint_that_its_producer_sent_twice_is_one_row_at_its_first_place(store: EmbeddedStore) -> None:
    again = resolved(9)._replace(offset=25)
    for order in ([resolved(9), again], [again], [resolved(9)], [again]):
        write(store, order)
    found = store.query("SELECT offset FROM touchpoints_now")
    assert found["offset"] == [9]
    store.execute("OPTIMIZE TABLE touchpoints FINAL")
    assert store.query("SELECT offset FROM touchpoints")["offset"] == [9]
    assert counts(store, "log_now") == [2]


def test_a_topic_made_anew_does_not_collide_with_the_old_one(store: EmbeddedStore) -> None:
    for topic_id in ("old", "new"):
        Writer(store, nothing).write(blocks([chunk(resolved(1), topic_id=topic_id)]))
    assert counts(store, "log_now", "touchpoints_now") == [2, 1]


def test_one_output_an_id_however_often_it_was_sent(store: EmbeddedStore) -> None:
    made = list(outputs().values())
    for offset in (8, 3, 5):
        records = [sent(output, offset) for output in made]
        Writer(store, nothing).write(merged(blocks([chunk(*records, topic="any.topic.v1")])))
    for table in ("shifts", "signals", "decisions", "alerts", "alert_changes", "customers", "measures"):
        assert store.query(f"SELECT offset FROM {table}_now")["offset"] == [3], table


def test_measures_count_the_last_total_of_each_partition(store: EmbeddedStore) -> None:
    measures = [outputs(number)["measure"] for number in (1, 2, 3)]
    records = [sent(each, offset) for offset, each in enumerate(measures)]
    for _ in range(2):
        Writer(store, nothing).write(blocks([chunk(*records, topic="measures.v1")]))
    assert store.query("SELECT total FROM measure_totals")["total"] == [7 + 3]


def test_the_last_card_of_a_customer_holds(store: EmbeddedStore) -> None:
    cards = [outputs(number)["card"] for number in (2, 1, 3)]
    records = [sent(each, offset) for offset, each in enumerate(cards)]
    Writer(store, nothing).write(blocks([chunk(*records, topic="customers.v1")]))
    assert store.query("SELECT id FROM customers_now")["id"] == ["o000003"]


def test_the_past_of_a_century_fits_one_block(store: EmbeddedStore) -> None:
    write(store, [resolved(number, occurred_at=number * 30 * 86_400_000) for number in range(400)])
    assert counts(store, "touchpoints_now") == [400]


@pytest.mark.parametrize(
    ("code", "message", "cause"),
    [
        pytest.param(164, "Code: 164. Cannot insert into table in readonly mode", "read_only", id="user read-only"),
        pytest.param(242, "Code: 242. Table is in readonly mode", "read_only", id="table read-only"),
        pytest.param(243, "Code: 243. Cannot reserve, not enough space", "disk_full", id="nothing to reserve"),
        pytest.param(75, "Code: 75. errno: 28, strerror: No space left on device", "disk_full", id="no space to write"),
        pytest.param(241, "Code: 241. Memory limit exceeded", "memory", id="memory"),
        pytest.param(252, "Code: 252. Too many parts", "too_many_parts", id="parts"),
        pytest.param(60, "Code: 60. Table log does not exist", "missing_table", id="no table"),
        pytest.param(0, "Connection refused", "away", id="nobody there"),
        pytest.param(999, "Code: 999. Something else", "other", id="anything else"),
    ],
)
def test_a_failed_insert_is_counted_by_its_cause(unsteady: Unsteady, code: int, message: str, cause: str) -> None:
    labels = {"table": "log", "cause": cause}
    before = REGISTRY.get_sample_value("rapport_sink_retries_total", labels) or 0
    unsteady.failures, unsteady.fault = 1, insert_failed("ClickHouse", "log", code, message)
    write(unsteady, [resolved(1)])
    assert REGISTRY.get_sample_value("rapport_sink_retries_total", labels) == before + 1
    assert REGISTRY.get_sample_value("rapport_sink_store_away") == 0


def test_dead_letters_of_producers_are_counted_when_they_are_stored(unsteady: Unsteady) -> None:
    labels = {"stage": "producer", "reason": "bad_date"}
    before = REGISTRY.get_sample_value("rapport_sink_dead_letters_total", labels) or 0
    letter = {"id": "l-1", "at": "1780000000000", "stage": "producer", "reason": "bad_date", "detail": "no date"}
    headers = [(name, text.encode()) for name, text in letter.items()]
    record = Made(0, 1, 1_780_000_000_000, b"*", b"{}", headers)
    Writer(unsteady, nothing).write(merged(blocks([chunk(record, topic=DLQ)])))
    assert REGISTRY.get_sample_value("rapport_sink_dead_letters_total", labels) == before + 1
