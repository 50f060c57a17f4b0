"""A person's word on a link goes through the door, and a rebuilt customer's touchpoints come again in order."""

from __future__ import annotations

from rapport.identity import link, rebuild, unlink
from rapport.settings import Settings
from schemas import hints, topics
from schemas.codec import decode_touchpoints
from schemas.keys import key_for, partition_for
from schemas.records import EVERYONE, Touchpoint
from schemas.wire import properties
from tests.producers.world import PARTITIONS, memory
from tests.streams.lab import touchpoint

SETTINGS = Settings(identity_key="secret")
KEY = key_for("email", "anna@example.com", SETTINGS.identity)


def test_a_word_on_a_link_is_keyed_by_the_weaker_end_and_names_no_address() -> None:
    log = memory()
    link(log, SETTINGS, "email:Anna@Example.com", "c-1", 0.9)
    unlink(log, SETTINGS, KEY)
    first, second = sorted(log.records(topics.RAW), key=lambda record: record.offset)
    assert first.key == second.key == KEY.encode()
    assert b"anna" not in (first.value or b"").lower()
    said = hints.unpack(dict(first.headers)[hints.HEADER])
    assert (said.op, said.from_, said.to, said.confidence, said.people) == ("said", KEY, "c-1", 0.9, True)
    assert hints.unpack(dict(second.headers)[hints.HEADER]).op == "unlink"


def test_a_rebuild_begins_anew_and_tells_each_for_whom_it_is() -> None:
    log = memory()
    told = [touchpoint("web.viewed", 1, email="anna@example.com"), touchpoint("web.viewed", 2, customer_id="c-1"),
            touchpoint("web.viewed", 3, customer_id="somebody else")]  # fmt: skip
    run = rebuild(log, SETTINGS.identity, (KEY, "c-1"), told)
    for who, count in ((KEY, 1), ("c-1", 1)):
        home = partition_for(who.encode(), PARTITIONS)
        records = [r for r in log.records(topics.RAW) if r.partition == home]
        bodies = [b for b in decode_touchpoints([r.value for r in records]) if isinstance(b, Touchpoint)]
        mine = [b for r, b in zip(records, bodies, strict=True) if r.key == who.encode()]
        assert [b.type for b in mine] == ["customer.reset", *["web.viewed"] * count]
        assert mine[-1].history == run
        wide = [b for r, b in zip(records, bodies, strict=True) if r.key == EVERYONE.encode()]
        assert [(b.type, properties(b)["run"]) for b in wide] == [("history.begun", run), ("history.ended", run)]
