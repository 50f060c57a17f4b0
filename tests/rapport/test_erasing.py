"""Whoever is erased is gone by every key that led to them, whatever kind it is, and the erasure comes to an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import TopicPartition

from producers.delivery import MemoryProducer
from producers.lines import Lines
from producers.send import send
from rapport.customers.archive import Archive
from rapport.erasing import keys_of, tell
from rapport.init import activation
from rapport.inprocess import Line
from rapport.knowing import read_knowledge
from rapport.settings import Settings
from schemas import times, topics
from schemas.codec import encode_touchpoint
from schemas.keys import partition_for
from schemas.records import EVERYONE
from sinks.clickhouse.batch import Batch
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.erasing import counting, erasures
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import Writer

PARTITIONS = 3
NOON = 1_795_000_000_000
SETTINGS = Settings(partitions=PARTITIONS, identity_key="a secret of this test")
INNER = (topics.RAW, topics.KNOWLEDGE, topics.STATES, topics.LINKS, topics.TRENDS)

WORDS = {"type": "chat.message", "channel": "chat", "text": "Worst shop ever, never again. You are scammers."}


def said(*identifiers: dict[str, str], **fields: Any) -> list[dict[str, Any]]:
    return [WORDS | {"identifiers": each} | fields for each in identifiers]


def consent(**identifiers: str) -> dict[str, Any]:
    facts = {"scope": "camera", "granted": True}
    return {"type": "consent.changed", "channel": "store", "identifiers": identifiers, "properties": facts}


NO_MORE = consent(customer_id="anna") | {"properties": {"scope": "camera", "granted": False}}


def seen(face: str) -> dict[str, Any]:
    return {"type": "store.entered", "channel": "camera", "identifiers": {"face_token": face}}


def word(kind: str, **facts: str) -> dict[str, Any]:
    return {"type": kind, "channel": "system", "properties": facts}


A = {"customer_id": "anna"}
KINDS = {
    "loyalty_card": "77", "email": "anna@example.com", "phone": "+4915112345678", "account": "anna1",
    "social": "x:anna", "device": "d-1", "cookie": "c-1",
}  # fmt: skip

STORIES = {
    "nobody but an id": said(A),
    **{f"by {kind}": said(A | {kind: value}, {kind: value}) for kind, value in KINDS.items()},
    **{f"by {kind} before": said({kind: KINDS[kind]}, A | {kind: KINDS[kind]}) for kind in ("loyalty_card", "cookie")},
    "by a letter that was refused": [*said(A), *said(A, type="chat.massage")],
    **{
        f"by a letter that names but an {kind}": [
            *said(A | {kind: KINDS[kind]}), *said({kind: KINDS[kind]}, type="chat.massage", text="anna"),
        ] for kind in ("email", "phone", "account")
    },
    "by all of them": said(A | KINDS),
    "a chain": said({"email": "a@x.org", "cookie": "c"}, {"cookie": "c"}, A | {"email": "a@x.org"}, {"cookie": "c"}),
    "by a face": [consent(**A, face_token="f"), seen("f")],
    "by a face that was taken back": [consent(**A, face_token="f"), seen("f"), NO_MORE],
    "by a face of an address": [consent(email="a@x.org", face_token="f"), *said(A | {"email": "a@x.org"}), seen("f")],
    "by a face that is another's by now": [
        consent(**A, face_token="f"), NO_MORE, *said({"customer_id": "bea"}, A),
        consent(customer_id="bea", face_token="f"),
    ],
    "by two faces": [consent(**A, face_token="f"), consent(**A, face_token="g"), seen("g")],
    "linked by a person": [*said(A, {"cookie": "c"}), word("identity.linked", **{"from": "cookie:c", "to": "anna"})],
    "a face linked by a person": [*said(A), word("identity.linked", **{"from": "face_token:f", "to": "anna"})],
    "linked and unlinked": [
        *said(A | {"cookie": "c"}), word("identity.unlinked", **{"from": "cookie:c"}), *said({"cookie": "c"}, A),
    ],
}  # fmt: skip

ELSEWHERE = {"by a face that is another's by now", "linked and unlinked"}
"""Where a key that was theirs once belongs to others, whose row of then still says so."""


class Shop:
    """The line in this process and its store."""

    def __init__(self, store: EmbeddedStore, folder: Path) -> None:
        self.store, self._folder, self._now = store, folder, NOON
        knowledge = read_knowledge(SETTINGS)
        self._partitions = {topic.name: topic.partitions for topic in topics.load(PARTITIONS)}
        self.log = MemoryProducer(self._partitions.__getitem__, clock=lambda: self._now)
        self._writer, self._done = Writer(store, lambda seconds: None), dict[tuple[str, int], int]()
        self.line = Line(self.log, knowledge, PARTITIONS, 1000)
        for partition in range(PARTITIONS):
            first = activation(knowledge.version, f"first:{partition}", NOON)
            self.log.send(topics.RAW, partition, EVERYONE.encode(), encode_touchpoint(first))

    def take(self, touchpoint: dict[str, Any]) -> None:
        self._now += 60_000
        file = self._folder / f"{self._now}.jsonl"
        own = {"event_id": f"e{self._now}", "occurred_at": times.write(self._now)}
        file.write_bytes(msgspec.json.encode(own | touchpoint))
        send([Lines(str(file))], self.log, SETTINGS.identity, self._folder / "notes")
        self.line.step()

    def settle(self) -> None:
        """What went through is stored; who is to be erased is."""
        self.line.step()
        batch = Batch()
        for topic, count in self._partitions.items():
            for partition in range(0 if topic in INNER else count):
                records = list(self.log.read(topic, {partition: self._done.get((topic, partition), 0)}))
                if records:
                    batch.add({TopicPartition(topic, partition): records}, 0.0)
                    self._done[topic, partition] = records[-1].offset + 1
        rows = merged(blocks(batch.chunks({topic: topic for topic in self._partitions})))
        self._writer.write(rows)
        self._writer.erase(erasures(rows))

    def left(self, keys: tuple[str, ...]) -> dict[object, object]:
        found = self.store.query(counting(len(keys)), {f"id{n}": key for n, key in enumerate(keys)})
        left = {place: rows for place, rows in zip(found["place"], found["rows"], strict=True) if rows}
        for key in keys:
            states = self.line._states[partition_for(key.encode(), PARTITIONS)]
            if states.live(key) is not None:
                left[f"state of {key}"] = 1
        return left


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("erasing")
    store = EmbeddedStore(folder / "clickhouse")
    migrate(store)
    yield Shop(store, folder)
    store.close()


@pytest.mark.parametrize("name", STORIES)
def test_nothing_is_left(name: str, shop: Shop) -> None:
    number = list(STORIES).index(name)
    story = [own(touchpoint, number) for touchpoint in STORIES[name]]
    gone, other = f"anna{number}", f"ben{number}"
    for touchpoint in [*story, *said({"customer_id": other})]:
        shop.take(touchpoint)
    shop.settle()
    keys = keys_of(Archive(shop.store), gone, SETTINGS)
    assert f"state of {gone}" in shop.left(keys)
    tell(shop.log, keys)
    shop.settle()
    assert shop.left(keys) == {}
    named = shop.store.query(f"SELECT count() AS n FROM touchpoints WHERE position(properties, '{gone}') > 0")["n"][0]
    assert bool(named) == (name in ELSEWHERE), "nor does any other key's row name them"
    letters = shop.store.query(f"SELECT count() AS n FROM rejected WHERE position(original, '{gone}') > 0")["n"][0]
    assert letters == 0, "nor the bytes of a letter"
    assert f"state of {other}" in shop.left((other,))


def own(touchpoint: dict[str, Any], number: int) -> dict[str, Any]:
    """The same touchpoint of somebody else."""
    changed = dict(touchpoint)
    for place in ("identifiers", "properties"):
        named = touchpoint.get(place, {})
        changed[place] = {name: f"{value}{number}" if isinstance(value, str) and name != "scope" else value
                          for name, value in named.items()}  # fmt: skip
    if touchpoint.get("text") == "anna":
        changed["text"] = f"anna{number}"
    return changed
