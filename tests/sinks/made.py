"""Records as a consumer hands them out, and outputs of every kind."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from schemas.codec import encode_output, encode_touchpoint
from schemas.recorded import Headers
from schemas.records import (
    EVERYONE,
    Alert,
    AlertChange,
    Because,
    Card,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Shift,
    Signal,
    Touchpoint,
)
from schemas.topics import RESOLVED
from sinks.clickhouse.chunk import Chunk

START = 1_795_307_907_242


class Made(NamedTuple):
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def touchpoint(number: int, **fields: Any) -> Touchpoint:
    usual: dict[str, Any] = {
        "event_id": f"e{number:06}",
        "type": "web.viewed",
        "occurred_at": START + number * 1000,
        "occurred_offset": 480,
        "channel": "web",
        "initiator": "customer",
        "customer_id": f"c{number % 7}",
        "email": "someone@example.com",
        "amount": 12.5,
        "currency": "CNY",
        "properties": '{"url":"/p"}',
        "text": "退货",
    }
    return Touchpoint(**{**usual, **fields})


def source(partition: int, offset: int, n: int = 0) -> Headers:
    return [("source", struct.pack(">iqi", partition, offset, n) + b"touchpoints.raw.v1")]


def resolved(number: int, *, partition: int = 0, n: int = 0, key: str | None = None, **fields: Any) -> Made:
    """The record at offset `number` of a resolved partition."""
    made = touchpoint(number, **fields)
    named = key or made.customer_id or "none"
    return Made(
        partition, number, made.occurred_at + 5, named.encode(), encode_touchpoint(made), source(partition, number, n)
    )


def everyone(number: int, type_: str, *, partition: int = 0, n: int = 0, event_id: str = "w1") -> Made:
    fields: dict[str, Any] = {"type": type_, "event_id": event_id, "customer_id": None, "occurred_at": START}
    return resolved(number, partition=partition, n=n, key=EVERYONE, **fields)


def chunk(*records: Made, topic: str = RESOLVED, topic_id: str = "t1") -> Chunk:
    return Chunk.of(topic_id, topic, records)


def sent(output: Emitted, offset: int = 0, partition: int = 0) -> Made:
    key = (output.customer_id or EVERYONE).encode()
    return Made(partition, offset, output.at, key, encode_output(output), [])


def outputs(number: int = 0) -> dict[str, Emitted]:
    """One of each kind that travels as Avro."""
    at, said = START + number, (Because("e1", "said so", 1.5), Because("e2", 'a "quote"'))
    common: dict[str, Any] = {"id": f"o{number:06}", "at": at, "partition": 2, "offset": 40 + number, "knowledge": "k1"}
    mine: dict[str, Any] = {**common, "because": said, "customer_id": "c1"}
    card = Card("who", "what", "why", ("a", "b"), ("do",), ())
    found: tuple[Emitted, ...] = (
        Shift(**mine, from_="stranger", to="friend", probability=0.75, runner_up="fling", migration="neglect",
              strategy="steer", advice="be kind"),
        Signal(**common, name="repeat_contact", version=1, severity="warning", matter="m", values={"n": 3, "s": "x"},
               scope={"store": "s1"}),
        Decision(**mine, contact_id="k1", permitted=True, reasons=("a", "b"), retry_at=at + 1),
        Alert(**mine, dedup_key="d", signals=("s1",), team="store", severity="critical", title="t", card=card,
              due_at=at + 60_000, language="zh", history="run-1"),
        AlertChange(**mine, alert_id="a1", team="store", state="closed", by="someone"),
        CustomerCard(**mine, relationship="friend", since=None, language="zh", open_alerts=(),
                     consents={"email": True}),
        Measure(**common, scope={"store": "s1"}, bucket=START, total=7 + number),
    )  # fmt: skip
    names = ("shift", "signal", "decision", "alert", "alert_change", "card", "measure")
    return dict(zip(names, found, strict=True))
