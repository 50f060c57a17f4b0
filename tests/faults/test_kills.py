"""Worker, store and broker are killed again and again under load; nothing is lost, nothing counts twice.

The promise of `docs/decisions/0003-delivery.md`, on real processes: states and
outputs are afterwards those of a quiet, pure fold of the resolved log.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from schemas import topics
from sinks.clickhouse.rows import REJECTED, TABLES, TOUCHPOINTS
from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.engine import Engine
from streams.knowledge.load import load as load_knowledge
from tests.faults import verdict
from tests.faults.load import Load
from tests.faults.verdict import Replayed
from tests.integration.line import Line
from tests.integration.reading import Stored, read

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

KILLS = int(os.environ.get("RAPPORT_TEST_KILLS", "20"))
RATE = 400
"""Pieces a second: well within what two cores carry beside a JVM, so that the line is caught up between kills."""
VICTIMS, WEIGHTS = ("worker", "store", "broker"), (9, 6, 5)
SETTLE_S = 20.0
"""Questions are asked about two minutes ago: ten seconds later the norm of each has passed, and a tick."""


def test_nothing_is_lost_or_counted_twice_whatever_is_killed(tmp_path: Path) -> None:
    seed = int(os.environ.get("RAPPORT_TEST_SEED", "0")) or Random().randrange(1, 1 << 31)
    print(f"seed {seed} (RAPPORT_TEST_SEED={seed} draws the same kills and touchpoints)")
    with Line(tmp_path) as line:
        line.broker.start()
        line.init()
        line.start("worker", "store")
        line.wait("the store answers", line.answers)
        load = Load(line.broker.bootstrap, line.settings.identity, seed, line.settings.partitions, RATE)
        load.start()
        line.wait("the load flows", lambda: len(load.accepted.customer) > RATE)
        killed = _kill_at_random(line, Random(seed))
        load.stop(within_s=90)
        assert load.stream.told(), "the import was not told to its end: the test was too short"
        print(f"killed {dict(killed)}; ended by themselves {line.ends}; producers replaced {load.replaced}")
        _come_to_rest(line)
        judge(line, load)
        assert line.stop("worker") == 0
        assert line.stop("store") == 0


def _kill_at_random(line: Line, chance: Random) -> Counter[str]:
    """Kill one after the other; each stays dead for a while, during which another one may die."""
    killed: Counter[str] = Counter()
    dead: dict[str, float] = {}
    while killed.total() < KILLS:
        _supervise_for(line, chance.choice((0.3, 2.0, 5.0, 8.0)) * chance.uniform(0.5, 1.5), dead)
        victim = chance.choices(VICTIMS, WEIGHTS)[0]
        if victim in dead:
            continue
        line.kill(victim)
        killed[victim] += 1
        dead[victim] = time.monotonic() + chance.choice((0.1, 1.0, 3.0))
    _supervise_for(line, 5.0, dead)
    return killed


def _supervise_for(line: Line, seconds: float, dead: dict[str, float]) -> None:
    """As `rapport up` does: what is dead is started again, in its time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until or dead:
        for name in line.ended():
            dead[name] = time.monotonic() + 0.5
        for name in [name for name, due in dead.items() if due <= time.monotonic()]:
            del dead[name]
            if name == "broker":
                line.broker.start()
            else:
                line.start(name)
        time.sleep(0.05)


def _come_to_rest(line: Line) -> None:
    """Every timer of the load passes, then the clock stops, and what is under way arrives."""
    started = time.time()
    line.wait("ticks pass what is due", lambda: _ticked(line) > (started + SETTLE_S) * 1000, within_s=120)
    assert line.stop("worker") == 0, line.tail("worker")
    line.start("worker", clock="driven")
    line.wait("the worker is through", line.drained, within_s=90)
    line.wait("the sink is through", lambda: line.lag(SINK, stored_topics(line.settings.partitions)) == 0, within_s=90)


def _ticked(line: Line) -> int:
    """The latest tick that the store has of every resolved partition, in ms."""
    query = """
        SELECT min(last) FROM (
            SELECT partition, max(toUnixTimestamp64Milli(timestamp)) AS last FROM log WHERE key = '*' GROUP BY partition
        )"""
    if not line.answers():
        return 0
    ((last,),) = line.sql(query)
    return last if isinstance(last, int) else 0


def judge(line: Line, load: Load) -> None:
    """The four parts of the promise, each with everything that speaks against it."""
    found = read(line.broker.bootstrap, verdict.ALL)
    pure = verdict.replay(found[topics.RESOLVED], Engine(load_knowledge(line.settings.knowledge)))
    live = verdict.restored(found[topics.STATES], line.settings.partitions)
    complaints = [
        *verdict.arrived(load.accepted, found[topics.RESOLVED]),
        *verdict.counted(load.accepted, live),
        *verdict.same_states(live, pure.states),
        *verdict.same_outputs(pure.outputs, found),
        *verdict.same_refusals(found[topics.RAW], found[topics.DLQ], line.settings.partitions),
        *_stored_once(line, load, found, pure),
    ]
    print(_told(load, found, pure))
    assert not complaints, "\n".join(complaints)


def _stored_once(line: Line, load: Load, found: Mapping[str, Sequence[Stored]], pure: Replayed) -> list[str]:
    by_table: dict[str, set[str]] = {table: set() for table in (*TABLES.values(), REJECTED)}
    for id_, sent in pure.outputs.items():
        by_table[verdict.table_of(sent)].add(id_)
    complaints = [
        each
        for table in set(TABLES.values()) - {TOUCHPOINTS}
        for each in verdict.once(table, _ids(line, f"SELECT id FROM {table} FINAL"), by_table[table])
    ]
    touchpoints = load.accepted.all | verdict.everyone(found[topics.RESOLVED])
    letters = {letter.header("id") for letter in found[topics.DLQ]}
    return [
        *complaints,
        *verdict.once("touchpoints", _ids(line, "SELECT event_id FROM touchpoints_now"), touchpoints),
        *verdict.once("rejected", _ids(line, "SELECT id FROM rejected_now"), letters),
        *verdict.once("log", _ids(line, "SELECT concat(toString(partition), '@', toString(offset)) FROM log_now"),
                      {f"{r.partition}@{r.offset}" for r in found[topics.RESOLVED]}),
    ]  # fmt: skip


def _ids(line: Line, query: str) -> list[str]:
    return [str(id_) for (id_,) in line.sql(query)]


def _told(load: Load, found: Mapping[str, Sequence[Stored]], pure: Replayed) -> str:
    accepted = load.accepted
    records = [(record.topic, record.value) for of_a_topic in found.values() for record in of_a_topic]
    return (
        f"{len(accepted.all):,} touchpoints accepted ({len(accepted.customer):,} of customers, {accepted.again:,} sent"
        f" again; bad ones {dict(accepted.bad)}); resolved log {len(found[topics.RESOLVED]):,} records;"
        f" {len(pure.outputs):,} outputs; the replay counted {dict(pure.counts)}; "
        f" {len(records) - len(set(records)):,} records of all topics repeat another"
    )
