"""After the load: everything that is under way arrives, the clock stops, and the pure replay judges what lies there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from schemas import topics
from schemas.letters import is_mark
from sinks.clickhouse.rows import REJECTED, TABLES, TOUCHPOINTS
from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.engine import Engine
from streams.knowledge.load import load as load_knowledge
from streams.knowledge.model import Knowledge
from tests.faults import verdict
from tests.faults.load import Load
from tests.faults.verdict import Replayed
from tests.integration.line import Line, NotInTime
from tests.integration.reading import Stored, read

SETTLE_S: Final = 20.0
"""Questions are asked about two minutes ago: ten seconds later the norm of each has passed, and a tick."""


def come_to_rest(line: Line, workers: Sequence[str] = ("worker",)) -> None:
    """Every timer of the load passes; then as `drain`."""
    started = time.time()

    def passed() -> bool:
        return _ticked(line) > (started + SETTLE_S) * 1000

    try:
        line.wait("ticks pass what is due", passed, within_s=120)
    except NotInTime as late:
        # Nothing may be lost, however long a group takes to hand its partitions out: what it waited for is told.
        print(f"late: {late}\n{line.metrics('worker')}\n{line.health()}")
        line.wait("ticks pass what is due at last", passed, within_s=400)
    drain(line, workers)


def drain(line: Line, workers: Sequence[str] = ("worker",)) -> None:
    """The clock stops with its workers, and what is under way arrives. Leaves one `worker` at work."""
    for name in workers:
        assert line.stop(name) == 0, line.tail(name)
    line.start("worker", clock="driven")
    # Nothing may be left to do: it still has to have begun, or a signal to end finds a process that knows no signals.
    line.wait("the worker works", lambda: bool(line.holds("worker")))
    line.wait("the worker is through", line.drained, within_s=240)
    line.wait("the sink is through", lambda: line.lag(SINK, stored_topics(line.settings.partitions)) == 0, within_s=240)


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


def judge(line: Line, load: Load, others: Iterable[Knowledge] = ()) -> dict[str, list[Stored]]:
    """The four parts of the promise, each with everything that speaks against it; what was read, by topic.

    `others` are versions of knowledge that the log activates besides that of the settings.
    """
    found = read(line.broker.bootstrap, verdict.ALL)
    engine = Engine(load_knowledge(line.settings.knowledge), others)
    pure = verdict.replay(found[topics.RESOLVED], engine)
    trends = verdict.judged(found[topics.MEASURES], engine, line.settings.partitions)
    pure.outputs |= trends.outputs
    pure.copies |= trends.copies
    live = verdict.restored(found[topics.STATES], line.settings.partitions)
    complaints = [
        *verdict.arrived(load.accepted, found[topics.RESOLVED]),
        *verdict.counted(load.accepted, live),
        *verdict.same_states(live, pure.states),
        *verdict.same_outputs(pure.outputs, found, pure.copies),
        *verdict.same_trends(trends, found[topics.TRENDS], found[topics.RAW], engine.knowledge),
        *verdict.same_refusals(found[topics.RAW], found[topics.DLQ], line.settings.partitions),
        *_stored_once(line, load, found, pure),
    ]
    print(_told(load, found, pure))
    print(f"trends: {len(trends.outputs)} outputs, {len(trends.told)} records for everybody")
    assert not complaints, "\n".join(complaints)
    return found


_SAID = "FROM touchpoints_now WHERE NOT startsWith(type, 'identity.')"


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
    letters = {letter.header("id") for letter in found[topics.DLQ] if not is_mark(letter.headers)}
    return [
        *complaints,
        # What was handed over stands under the donor's key, too, and what identity says is no touchpoint of the load.
        *verdict.once("touchpoints", _ids(line, f"SELECT DISTINCT event_id {_SAID}"), touchpoints),
        *verdict.once("rows of customers", pairs := _ids(line, f"SELECT concat(customer_id, ' ', event_id) {_SAID}"),
                      set(pairs)),
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
