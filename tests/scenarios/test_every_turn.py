"""Every relationship, strategy and migration in a simulated year, and reasons that a shop assistant can check."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.quality.year import Shop, Year, year
from rapport.voice import Voice
from schemas.records import EVERYONE, Record, Shift, Source
from streams.engine import Engine, Partition
from streams.knowledge.terms import LANGUAGES, MIGRATIONS, STRATEGIES, TYPE_IDS
from streams.relationships.turning import STRANGER
from tests.streams.lab import knowledge

CHUNK = 1_000


@pytest.fixture(scope="module")
def shop() -> Year:
    return year(Shop("a", 420, 5))


@pytest.fixture(scope="module")
def turns(shop: Year) -> list[Shift]:
    engine, states = Engine(knowledge()), Partition(0)
    records = [Record(n, key, Source(0, n, 0), body) for n, (key, body) in enumerate(shop.log)]
    chunks = (records[n : n + CHUNK] for n in range(0, len(records), CHUNK))
    return [o for chunk in chunks for o in engine.process(chunk, states).outputs if isinstance(o, Shift)]


def test_every_relationship_is_found_with_somebody_who_truly_has_it(shop: Year, turns: list[Shift]) -> None:
    right = Counter(t.to for t in turns if t.customer_id in shop.lives and shop.lives[t.customer_id].at(t.at) == t.to)
    assert sorted(set(TYPE_IDS) - set(right) - {STRANGER}) == []


def test_every_migration_and_every_strategy_is_advised(turns: list[Shift]) -> None:
    assert {turn.migration for turn in turns} == set(MIGRATIONS)
    assert {turn.strategy for turn in turns} == set(STRATEGIES)


def test_every_reason_is_a_touchpoint_of_that_customer(shop: Year, turns: list[Shift]) -> None:
    owners: dict[str, set[str]] = {}
    for key, body in shop.log:
        owners.setdefault(body.event_id, set()).add(key)
    for turn in turns:
        assert turn.because
        for because in turn.because:
            assert owners[because.event_id] & {turn.customer_id, EVERYONE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_reads_as_words(turns: list[Shift], language: str) -> None:
    voice = Voice(language, knowledge())
    for what in {because.what for turn in turns for because in turn.because} - {"touchpoint"}:
        key = what.partition(": ")[0]
        assert key in knowledge().wording[language], key
        assert voice.reason(what)
