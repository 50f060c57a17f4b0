"""`rapport identity`: the links of a person, what conflicts, and a person's word on both."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast
from uuid import uuid4

import msgspec

from producers.delivery import DeliveryFailed, Producer
from producers.kafka_log import KafkaLog
from producers.preparing import Preparing
from rapport.customers.archive import LINKED, UNLINKED, Archive
from rapport.customers.links import person
from rapport.failure import Failure, told
from rapport.identifying import customer_key
from rapport.settings import Settings
from schemas import topics
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.hints import raw_key
from schemas.keys import IdentityKey, partition_for
from schemas.records import EVERYONE, Touchpoint
from schemas.sealing import KINDS, unsealed
from sinks.clickhouse.client import Reader
from streams.customers.customer import Customer

_WORD: Final = ("identity.", "customer.reset")
"""What is said of links and states is not told again when a customer is rebuilt."""


class Link(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A key, where it points, and how sure that is."""

    from_: str
    to: str
    confidence: float


def links_of(archive: Archive, named: str, settings: Settings) -> tuple[str, list[Link]]:
    """The customer behind the key, and the links that lead to them."""
    who = person(archive, customer_key(named, settings.identity), lambda key: customer_key(key, settings.identity))
    found = []
    for key in who.linked:
        facts = archive.link(key)
        if facts is not None:
            found.append(Link(key, str(facts.get("to")), float(facts.get("confidence", 1.0))))
    return who.customer_id, found


def conflicts(store: Reader, limit: int) -> list[dict[str, Any]]:
    """What identity would not link, the latest last."""
    rows = store.query(
        "SELECT toUnixTimestamp64Milli(occurred_at) AS at, properties FROM touchpoints FINAL"
        " WHERE type = 'identity.conflicted' ORDER BY occurred_at DESC, event_id LIMIT {n:UInt32}", {"n": limit},
    ).dicts()  # fmt: skip
    found: list[dict[str, Any]] = [dict(row) for row in rows]
    return [{"at": int(row["at"]), **msgspec.json.decode(row["properties"])} for row in found][::-1]


def contact(customer: Customer, identity: IdentityKey) -> dict[str, str]:
    """Address and number in the clear, of those that are known; for whoever writes or calls back."""
    sealed = {kind: customer.slots.get(kind, "") for kind in KINDS}
    return {kind: clear for kind, seal in sealed.items() if (clear := unsealed(kind, seal, *identity))}


@contextmanager
def sending(settings: Settings) -> Iterator[KafkaLog]:
    """A log to write to, closed and complete at the end."""
    with told(DeliveryFailed):
        log = KafkaLog(settings.cluster)
        yield log
        log.close()


def say(log: Producer, settings: Settings, kind: str, **facts: object) -> None:
    """A person's word on a link, by the door of all producers."""
    keyed = {name: customer_key(str(value), settings.identity) if name in ("from", "to") else value
             for name, value in facts.items()}  # fmt: skip
    now = time.time_ns() // 1_000_000
    body = Touchpoint(
        event_id=f"identity:{uuid4().hex}", type=kind, occurred_at=now, occurred_offset=0, channel="system",
        initiator="company", properties=msgspec.json.encode(keyed).decode(), received_at=now, received_offset=0,
    )  # fmt: skip
    log.send(*Preparing(log.partitions, settings.identity).touchpoint(body))
    log.flush()


def link(log: Producer, settings: Settings, weak: str, to: str, confidence: float) -> None:
    say(log, settings, LINKED, **{"from": weak, "to": to, "confidence": confidence})


def unlink(log: Producer, settings: Settings, weak: str) -> None:
    say(log, settings, UNLINKED, **{"from": weak})


def own_touchpoints(store: Reader, keys: Sequence[str]) -> list[Touchpoint]:
    """What the archive has of these customers, each touchpoint once, by time; without what is said of links."""
    found: dict[str, Touchpoint] = {}
    for key in keys:
        rows = store.query(
            "SELECT value FROM log FINAL WHERE topic = {topic:String} AND key = {key:String}"
            " AND source_partition >= 0 ORDER BY timestamp, partition, offset",
            {"topic": topics.RESOLVED, "key": key}, binary=("value",),
        )  # fmt: skip
        values = cast("list[bytes]", list(rows["value"])) if len(rows) else []
        for body in decode_touchpoints(values):
            if isinstance(body, Touchpoint) and not body.type.startswith(_WORD):
                found.setdefault(body.event_id, body)
    return sorted(found.values(), key=lambda body: (body.occurred_at, body.event_id))


def rebuild(log: Producer, identity: IdentityKey, keys: Sequence[str], told_of: Sequence[Touchpoint]) -> str:
    """Begins the customers anew and feeds their touchpoints in again as a run of history. The run's name."""
    run, now = f"rebuild-{uuid4().hex[:12]}", time.time_ns() // 1_000_000
    preparing = Preparing(log.partitions, identity)
    count = log.partitions(topics.RAW)

    def mark(kind: str, key: str, partition: int) -> None:
        body = Touchpoint(
            event_id=f"{run}:{kind}:{key}:{partition}", type=kind, occurred_at=now, occurred_offset=0,
            channel="system", initiator="company", properties=msgspec.json.encode({"run": run}).decode(),
        )  # fmt: skip
        log.send(topics.RAW, partition, key.encode(), encode_touchpoint(body))

    for key in keys:
        mark("customer.reset", key, partition_for(key.encode(), count))
    for partition in range(count):
        mark("history.begun", EVERYONE, partition)
    for body in told_of:
        again = msgspec.structs.replace(body, history=run)
        if raw_key(again, identity) in keys:
            log.send(*preparing.touchpoint(again))
    for partition in range(count):
        mark("history.ended", EVERYONE, partition)
    log.flush()
    return run


def unlinked(store: Reader, settings: Settings, weak: str) -> tuple[str, str]:
    """The key and whom it points to now; Failure where it points nowhere."""
    key = customer_key(weak, settings.identity)
    facts = Archive(store).link(key)
    if facts is None:
        raise Failure(f"{key} is not linked; `rapport identity show` says what is")
    return key, str(facts.get("to"))
