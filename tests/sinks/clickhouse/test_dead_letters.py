"""Dead letters are asked in the words of good touchpoints: the same columns, filled as far as a letter can be read."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import pytest

from producers.letters import marks
from producers.letters.marks import Sent
from schemas.codec import encode_touchpoint
from schemas.topics import DLQ
from sinks.clickhouse.client import Store
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import Writer
from tests.producers.world import memory
from tests.sinks.conftest import OldServerStore
from tests.sinks.made import START, Made, chunk, resolved, touchpoint

PLACE = "\N{CJK UNIFIED IDEOGRAPH-9000}"
SAID = {
    "event_id": "e1", "type": "chat.massage", "channel": "chat", "occurred_at": "2026-11-22T10:00:00+08:00",
    "text": PLACE, "amount": "12", "quantity": 3, "properties": {"a": 1}, "mood": "bad",
    "identifiers": {"customer_id": "anna", "email": "someone@example.com"},
}  # fmt: skip


def letter(number: int, value: bytes, reason: str, key: bytes = b"*", **more: object) -> Made:
    named = {"id": f"l{number}", "stage": "producer", "reason": reason, "detail": "d", "at": START + number} | more
    return Made(0, number, START + number, key, value, [(name, str(each).encode()) for name, each in named.items()])


LETTERS = (
    letter(0, json.dumps(SAID).encode(), "unknown_type", file="in.jsonl", line=7),
    letter(1, encode_touchpoint(touchpoint(9))[:40], "truncated", b"bert", topic="touchpoints.raw.v1", partition=3,
           offset=17),
    letter(2, b"\xfe\xff", "not_framed", b"bert"),
    letter(3, encode_touchpoint(touchpoint(8, occurred_at=1 << 60, loyalty_card="7", customer_id=None)), "bad_date"),
)  # fmt: skip


def marked(*ids: str) -> list[Made]:
    """The marks of a run that replayed these letters, as they stand on the topic."""
    log = memory()
    marks.begin(log, "run", START)
    for each in ids:
        marks.replayed(log, "run", Sent(each, "e1", "anna"), START)
    marks.end(log, "run", START)
    found = log.records(DLQ)
    return [Made(1, 100 + at, START, each.key, each.value, each.headers) for at, each in enumerate(found)]


def stored(store: Store, records: Sequence[Made]) -> None:
    for _ in range(2):  # after a crash the same records come again
        Writer(store, time.sleep).write(merged(blocks([chunk(*records, topic=DLQ), chunk(resolved(1))])))


def check(store: Store, milliseconds: str) -> None:
    """`milliseconds`: how this ClickHouse is asked for a time as a number."""
    stored(store, [*LETTERS, *marked("l0")])
    good, bad = (store.query(f"SELECT * FROM {table} LIMIT 0") for table in ("touchpoints", "dead_letters_now"))
    assert set(good.names) - {"handed_from"} <= set(bad.names)

    asked = "id, customer_id, event_id, type, channel, text, amount, quantity, replayed, form, cause_offset, line"
    found = list(store.query(f"SELECT {asked} FROM dead_letters_now ORDER BY id").rows())
    assert found == [
        ("l0", "anna", "e1", "chat.massage", "chat", PLACE, None, 3.0, 1, "json", -1, 7),
        ("l1", "bert", "e000009", "web.viewed", "web", "", None, None, 0, "part", 17, -1),
        ("l2", "bert", "", "", "", "", None, None, 0, "bytes", -1, -1),
        ("l3", "loyalty_card:7", "e000008", "web.viewed", "web", "退货", 12.5, None, 0, "avro", -1, -1),
    ]
    times = store.query(f"SELECT {milliseconds} AS at FROM dead_letters_now ORDER BY id")["at"]
    assert times == [1_795_312_800_000, START + 9000, None, None]
    assert list(store.query("SELECT letter_id, event_id, run FROM replays_now").rows()) == [("l0", "e1", "run")]
    assert list(store.query("SELECT count() FROM rejected_now").rows()) == [(4,)]
    assert list(store.query("SELECT count() FROM poison").rows()) == [(0,)]
    assert "someone@example.com" not in str(list(store.query("SELECT * FROM dead_letters").rows()))


def test_in_the_embedded_clickhouse(store: EmbeddedStore) -> None:
    check(store, "toUnixTimestamp64Milli(occurred_at)")


@pytest.mark.clickhouse
def test_in_an_old_server(old_store: OldServerStore) -> None:
    check(old_store, "occurred_at")


def test_a_mark_that_names_no_letter_is_set_aside() -> None:
    run = [("mark", b"replayed"), ("at", b"5")]
    strange = [("mark", b"forgotten"), ("at", b"5")]
    made = merged(blocks([chunk(Made(0, 1, START, b"r", b"", run), Made(0, 2, START, b"r", b"", strange), topic=DLQ)]))
    assert [(block.table, block.rows.get_column("offset").to_list()) for block in made] == [("poison", [1, 2])]
