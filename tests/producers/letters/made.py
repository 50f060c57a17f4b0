"""Dead letters as they come to their topic, through the door and past it."""

from __future__ import annotations

from functools import partial
from typing import Any

from producers.delivery import MemoryProducer
from producers.letters import shelf
from producers.letters.shelf import Shelf
from producers.pipeline import Incoming, Pipeline
from schemas import topics
from schemas.letters import Letter
from tests.producers.world import IDENTITY, line, memory

NOW = 1_772_416_800_000


def letter(value: bytes, reason: str = "unknown_type", key: bytes = b"*", number: int = 0, **fields: Any) -> Letter:
    usual: dict[str, Any] = {
        "id": f"{number:08}-id", "stage": "producer", "detail": "d", "topic": "", "partition": -1, "offset": -1,
        "at": NOW + number, "file": "in.jsonl", "line": number, "key": key, "value": value, "reason": reason,
    }  # fmt: skip
    return Letter(**usual | fields)


def refused(*lines: bytes) -> MemoryProducer:
    """A log on which these lines were refused by the door, one a millisecond."""
    log = memory()
    for number, each in enumerate(lines, 1):
        Pipeline(log, IDENTITY, clock=partial(int, NOW + number)).take(Incoming("in.jsonl", number, each))
    return log


def standing(log: MemoryProducer) -> Shelf:
    return shelf.read(log, lambda letter: True)


def bad(event_id: str, customer: str = "anna", **fields: object) -> bytes:
    """A line of an unknown type."""
    return line(event_id, customer, **({"type": "chat.massage", "channel": "chat"} | fields))


def put(log: MemoryProducer, each: Letter) -> None:
    """A letter that a station wrote."""
    named = {"id": each.id, "stage": each.stage, "reason": each.reason, "detail": each.detail, "topic": each.topic,
             "partition": each.partition, "offset": each.offset, "at": each.at}  # fmt: skip
    headers = [(name, str(value).encode()) for name, value in named.items()]
    log.send(topics.DLQ, 0, each.key, each.value, headers)
