"""Which record goes to which table; without any ClickHouse."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.topics import CUSTOMERS, DLQ, HISTORY_ALERTS, SIGNALS, alert_topic
from sinks.clickhouse.chunk import Chunk
from sinks.clickhouse.rows import TABLES, Block, blocks, merged
from tests.sinks.made import START, Made, chunk, everyone, outputs, resolved, sent

GOOD = [resolved(number) for number in range(6)]


def tables(*chunks: Chunk) -> dict[str, Block]:
    return {block.table: block for block in merged(blocks(chunks))}


def test_a_touchpoint_is_in_the_log_and_in_its_table() -> None:
    found = tables(chunk(*GOOD))
    assert list(found) == ["log", "touchpoints"]
    log, rows = found["log"].rows, found["touchpoints"].rows
    assert log.get_column("value").to_list() == [each.value for each in GOOD]
    assert log.get_column("source_offset").to_list() == list(range(6))
    assert rows.get_column("customer_id").to_list() == [f"c{number}" for number in range(6)]
    assert rows.get_column("occurred_at").dt.timestamp("ms").to_list() == [START + n * 1000 for n in range(6)]


def test_personal_identifiers_stay_out_of_the_table() -> None:
    rows = tables(chunk(*GOOD))["touchpoints"].rows
    assert "identifier_customer_id" in rows.columns
    assert not {"email", "phone", "social", "device", "cookie", "face_token", "account"} & set(rows.columns)
    assert "someone@example.com" not in str(rows.to_dict(as_series=False))


def test_the_resolved_customer_stands_beside_what_the_source_said() -> None:
    rows = tables(chunk(resolved(1, key="c9", customer_id="old")))["touchpoints"].rows
    assert rows.select("customer_id", "identifier_customer_id").row(0) == ("c9", "old")


def test_what_was_handed_over_names_the_donor_and_gives_way_to_what_came_by_itself() -> None:
    own = resolved(1, key="c9")
    handed = [each._replace(headers=[*each.headers, ("handed_from", b"cookie:k1:a")]) for each in (own, resolved(2))]
    rows = tables(chunk(own, *handed))["touchpoints"].rows
    assert rows.get_column("handed_from").to_list() == ["", "cookie:k1:a", "cookie:k1:a"]
    itself, first, last = rows.get_column("precedence").to_list()
    assert itself > last > first


def test_columns_without_a_value_are_left_to_clickhouse() -> None:
    assert "staff_id" not in tables(chunk(*GOOD))["touchpoints"].rows.columns
    mixed = tables(chunk(resolved(1), resolved(2, staff_id="s")))["touchpoints"].rows
    assert mixed.get_column("staff_id").to_list() == ["", "s"]


def test_a_column_that_only_some_topics_fill_has_no_nulls_when_their_blocks_are_joined() -> None:
    live = structs.replace(outputs()["alert"], history=None)
    told = structs.replace(live, id="a-2", history="import-1")
    found = tables(chunk(sent(live), topic=alert_topic("store")), chunk(sent(told), topic=HISTORY_ALERTS))
    assert found["alerts"].rows.get_column("history").to_list() == ["", "import-1"]


@pytest.mark.parametrize(
    ("record", "in_table"),
    [
        pytest.param(everyone(9, "clock.tick"), 0, id="ticks are in the log only"),
        pytest.param(everyone(9, "policy.changed", n=0), 1, id="the first copy of what is company-wide counts"),
        pytest.param(everyone(9, "policy.changed", n=2), 0, id="the other copies are in the log only"),
        pytest.param(resolved(9, n=3), 1, id="a number says nothing about a customer's own record"),
    ],
)
def test_what_is_copied_to_every_partition(record: Made, in_table: int) -> None:
    found = tables(chunk(record))
    assert found["log"].rows.height == 1
    assert ("touchpoints" in found and found["touchpoints"].rows.height) == in_table


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(Made(0, 9, START, b"c1", None, []), "empty_value", id="no value"),
        pytest.param(Made(0, 9, START, b"c1", b"hello", []), "not_framed", id="not framed"),
        pytest.param(Made(0, 9, START, b"c1", b"\0\0\0\0\1abc", []), "unknown_schema", id="unknown schema"),
        pytest.param(resolved(9)._replace(value=(resolved(9).value or b"")[:-3]), "truncated", id="truncated"),
        pytest.param(resolved(9, occurred_at=-5), "bad_date", id="before 1970"),
        pytest.param(resolved(9, occurred_at=1 << 60), "bad_date", id="after 2200"),
        pytest.param(resolved(9, amount=float("nan")), "bad_value", id="not a number"),
        pytest.param(resolved(9)._replace(key=b"\xff\xfe"), "bad_key", id="a key that is no text"),
    ],
)
def test_a_poison_record_is_set_aside_alone(bad: Made, reason: str) -> None:
    records = [*GOOD[:3], bad, *GOOD[3:]]
    found = tables(chunk(*records))
    assert found["log"].rows.height == 7
    kept = found["touchpoints"]
    assert kept.rows.get_column("offset").to_list() == [0, 1, 2, 3, 4, 5]
    assert kept.rows.get_column("event_id").to_list() == [f"e{number:06}" for number in range(6)]
    assert kept.records.values == [each.value for each in GOOD]
    poison = found["poison"].rows
    assert poison.get_column("reason").to_list() == [reason]
    assert poison.get_column("value").to_list() == [bad.value or b""]


@given(st.lists(st.sampled_from(["good", "cut", "late", "junk", "none"]), min_size=1, max_size=40))
def test_whatever_its_neighbours_a_record_fares_the_same(kinds: list[str]) -> None:
    records = [_of_kind(kind, offset) for offset, kind in enumerate(kinds)]
    found = tables(chunk(*records))
    good = [offset for offset, kind in enumerate(kinds) if kind == "good"]
    bad = [offset for offset, kind in enumerate(kinds) if kind != "good"]
    assert (found["touchpoints"].rows.get_column("offset").to_list() if "touchpoints" in found else []) == good
    assert (found["poison"].rows.get_column("offset").to_list() if "poison" in found else []) == bad


def _of_kind(kind: str, offset: int) -> Made:
    match kind:
        case "cut":
            return resolved(offset)._replace(value=(resolved(offset).value or b"")[:20])
        case "late":
            return resolved(offset, occurred_at=1 << 55)
        case "junk":
            return resolved(offset)._replace(value=b"\1junk")
        case "none":
            return resolved(offset)._replace(value=None)
        case _:
            return resolved(offset)


@pytest.mark.parametrize("kind", outputs())
def test_every_kind_of_output_has_its_table(kind: str) -> None:
    output = outputs()[kind]
    found = tables(chunk(sent(output, offset=5, partition=1), topic="any.topic.v1"))
    assert list(found) == [TABLES[kind]]
    row = found[TABLES[kind]].rows.row(0, named=True)
    assert (row["id"], row["partition"], row["offset"]) == (output.id, 1, 5)
    assert (row["cause_partition"], row["cause_offset"]) == (2, 40)
    assert row["because_events"] == [each.event_id for each in output.because]


def test_a_topic_of_alerts_holds_two_kinds() -> None:
    made = outputs()
    found = tables(chunk(sent(made["alert"], 0), sent(made["alert_change"], 1), sent(made["alert"], 2), topic="alerts"))
    assert {name: block.rows.height for name, block in found.items()} == {"alerts": 2, "alert_changes": 1}


def test_one_insert_for_all_teams() -> None:
    made = outputs()["alert"]
    chunks = [chunk(sent(made, offset), topic=f"alerts.{offset}.v1", topic_id=f"t{offset}") for offset in range(3)]
    found = merged(blocks(chunks))
    assert [(block.table, block.rows.height) for block in found] == [("alerts", 3)]
    assert found[0].records.places.get_column("topic_id").to_list() == ["t0", "t1", "t2"]


def test_an_erased_customer_is_no_card() -> None:
    tombstone = Made(0, 1, START, b"c1", None, [])
    assert tables(chunk(tombstone, topic=CUSTOMERS)) == {}


def test_no_output_is_poison_elsewhere() -> None:
    found = tables(chunk(sent(outputs()["signal"]), Made(0, 1, START, b"c1", b"x", []), topic=SIGNALS))
    assert {name: block.rows.height for name, block in found.items()} == {"signals": 1, "poison": 1}


LETTER = [
    ("id", b"r1"), ("stage", b"identity"), ("reason", b"empty_key"), ("detail", b"d"), ("topic", b"touchpoints.raw.v1"),
    ("partition", b"3"), ("offset", b"17"), ("at", str(START).encode()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "table"),
    [
        pytest.param(LETTER, "rejected", id="a dead letter"),
        pytest.param([*LETTER[:5], ("at", b"1")], "rejected", id="without a position"),
        pytest.param([], "poison", id="no headers"),
        pytest.param([*LETTER[:7], ("at", b"yesterday")], "poison", id="no time"),
        pytest.param(LETTER[1:], "poison", id="no id"),
    ],
)
def test_dead_letters_keep_their_bytes(headers: list[tuple[str, bytes]], table: str) -> None:
    found = tables(chunk(Made(0, 1, START, b"\xff", b"\0\xfe", headers), topic=DLQ))
    assert list(found) == (["rejected", "dead_letters"] if table == "rejected" else [table])
    assert found[table].rows.get_column("original" if table == "rejected" else "value").to_list() == [b"\0\xfe"]


def test_the_first_place_of_the_log_takes_precedence() -> None:
    places = [(0, 5), (1, 5), (0, 6), (3, 4)]
    records = [resolved(offset, partition=partition) for partition, offset in places]
    rows = chunk(*records).positions().sort("precedence", descending=True)
    assert list(rows.select("partition", "offset").iter_rows()) == [(3, 4), (0, 5), (1, 5), (0, 6)]


def test_a_record_without_a_source_says_so() -> None:
    bare = resolved(1)._replace(headers=[("trace", b"x"), ("source", b"short")])
    assert chunk(bare).sources().row(0) == (-1, -1, 0)


def test_slices_keep_rows_and_records_together() -> None:
    block = tables(chunk(*GOOD))["touchpoints"].slice(2, 4)
    assert block.rows.get_column("offset").to_list() == [2, 3]
    assert block.records.values == [GOOD[2].value, GOOD[3].value]
    assert isinstance(block.rows, pl.DataFrame)


def test_what_the_engine_refuses_is_no_row() -> None:
    bad = [
        resolved(1, text="a\0b"), resolved(2, occurred_offset=10_000), resolved(3, channel="fax"),
        resolved(4, event_id=""), resolved(5, properties="[1]"),
    ]  # fmt: skip
    made = tables(chunk(*bad, resolved(6)))
    assert made["touchpoints"].rows.get_column("offset").to_list() == [6]
    assert made["poison"].rows.get_column("offset").to_list() == [1, 2, 3, 4, 5]
    assert made["log"].rows.height == 6
