"""What must hold after any crashes: the pure replay of the resolved log is the judge of states and outputs.

Every check gives a list of complaints, empty where all is well; a complaint names the
first things that differ, and how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from schemas import topics
from schemas.codec import decode_outputs, decode_touchpoints, encode_output, schema_of
from schemas.records import EVERYONE, Emitted, Rejected, Touchpoint
from schemas.registry import Registered
from schemas.traces import TRACEPARENT
from sinks.clickhouse.rows import REJECTED, TABLES
from streams.app.deadletters import entries
from streams.app.detect import read as as_records
from streams.app.trends import measures_of
from streams.customers import customer as customers
from streams.engine import Engine, Partition
from streams.engine import tally as tallies
from streams.engine import world as worlds
from streams.identity.links import Links
from streams.identity.resolve import resolve
from streams.knowledge.model import Knowledge
from streams.trends.board import Board
from streams.trends.state import Restoring
from tests.faults.load import Accepted
from tests.integration.reading import Stored, by_partition

CHUNK = 613
"""Of the replay: unlike any chunk of the worker."""
SHOWN = 5

OUTPUTS = (
    topics.SHIFTS, topics.SIGNALS, topics.DECISIONS, topics.HISTORY_ALERTS, topics.CUSTOMERS, topics.MEASURES,
    *(topics.alert_topic(team) for team in topics.TEAMS),
)  # fmt: skip
ALL = (topics.RAW, topics.RESOLVED, topics.STATES, topics.LINKS, topics.TRENDS, topics.DLQ, *OUTPUTS)

Sent = tuple[str, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]
"""Topic, key, value and headers of an output: all that a consumer sees of it."""


@dataclass(slots=True)
class Replayed:
    """States by partition and outputs by id of the resolved log, folded anew; `copies`: changes that another team is
    told, on the topic of the alert's own."""

    states: dict[int, Partition] = field(default_factory=dict)
    outputs: dict[str, Sent] = field(default_factory=dict)
    copies: set[tuple[str, Sent]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def replay(resolved: Iterable[Stored], engine: Engine) -> Replayed:
    """Folds every partition of the resolved log from nothing."""
    done = Replayed()
    for partition, stored in by_partition(resolved).items():
        states = done.states[partition] = Partition(partition)
        for start in range(0, len(stored), CHUNK):
            originals = stored[start : start + CHUNK]
            outcome = engine.process(as_records(originals), states)
            done.counts.update(outcome.counts)
            by_offset = {record.offset: record for record in originals}
            done.outputs |= {each.id: _sent(each, by_offset) for each in outcome.outputs}
            done.copies |= copied(outcome.outputs, outcome.besides)
    return done


@dataclass(slots=True)
class Judged:
    """Boards by measures partition, outputs by id, and the ids of what was said to everybody."""

    boards: dict[int, Board] = field(default_factory=dict)
    outputs: dict[str, Sent] = field(default_factory=dict)
    copies: set[tuple[str, Sent]] = field(default_factory=set)
    told: set[str] = field(default_factory=set)


def judged(measures: Iterable[Stored], engine: Engine, partitions: int) -> Judged:
    """Judges every partition of the measures anew. That these are the engine's, `same_outputs` has seen."""
    done = Judged({number: Board(number, engine.knowledge, partitions) for number in range(partitions)})
    for partition, stored in by_partition(measures).items():
        found = done.boards[partition].process(measures_of(stored))
        done.outputs |= {each.id: _sent(each, {}) for each in found.outputs}
        done.copies |= copied(found.outputs, found.besides)
        done.told |= {each.event_id for each in found.told}
    return done


def same_trends(
    pure: Judged, changelog: Iterable[Stored], raw: Sequence[Stored], knowledge: Callable[[str], Knowledge]
) -> list[str]:
    """The boards that a worker would take up are those of the pure judging; what they say stands on the raw topic."""
    restoring = {number: Restoring() for number in pure.boards}
    for record in changelog:
        if record.key is not None and record.value:
            restoring[record.partition].take(record.key, record.value)
    complaints = []
    for number, board in pure.boards.items():
        live = Board(number, knowledge, len(pure.boards))
        live.restore(restoring[number])
        if (complaint := live.differs(board)) is not None:
            complaints.append(f"measures partition {number}: {complaint}")
    wide = decode_touchpoints([record.value for record in raw if record.key == EVERYONE.encode()])
    said = {each.event_id for each in wide if isinstance(each, Touchpoint) and '"trend":[' in (each.properties or "")}
    return [
        *complaints,
        *_missing("records of trends that are not on the raw topic", pure.told - said),
        *_missing("records of trends on the raw topic that nobody would say", said - pure.told),
    ]


def restored(changelog: Iterable[Stored], partitions: int) -> dict[int, Partition]:
    """The states that a worker would take up from the changelog."""
    states = {partition: Partition(partition) for partition in range(partitions)}
    for record in changelog:
        if record.key is not None and record.value:
            states[record.partition].restore(record.key, record.value)
    for each in states.values():
        each.ready()
    return states


def arrived(accepted: Accepted, resolved: Sequence[Stored]) -> list[str]:
    """Every accepted touchpoint stands on the resolved topic, whatever crashed."""
    found = {each.event_id for each in decode_touchpoints([r.value for r in resolved]) if isinstance(each, Touchpoint)}
    return _missing("accepted touchpoints that never reached the resolved topic", accepted.all - found)


def counted(accepted: Accepted, states: Mapping[int, Partition]) -> list[str]:
    """Every accepted touchpoint of a customer was applied exactly once."""
    applied = sum(_customer(each, who).touchpoints for each in states.values() for who in each.customers())
    if applied == len(accepted.customer):
        return []
    return [f"{len(accepted.customer):,} touchpoints of customers were accepted, {applied:,} are counted in the states"]


def same_states(live: Mapping[int, Partition], pure: Mapping[int, Partition]) -> list[str]:
    """Customers, tallies and the world of every partition, byte for byte."""
    return [complaint for number, states in live.items() for complaint in _same_states(number, states, pure[number])]


def same_outputs(
    pure: Mapping[str, Sent], topics_read: Mapping[str, Sequence[Stored]], copies: Collection[tuple[str, Sent]] = ()
) -> list[str]:
    """Each output of the replay stands on its topic, nothing else does, and every copy is the same to the byte."""
    live: dict[str, Sent] = {}
    complaints: list[str] = []
    stand = list(_outputs(topics_read))
    complaints += _missing("changes that the alert's own team is not told", {id_ for id_, _ in {*copies} - {*stand}})
    for topic, sent in stand:
        if (topic, sent) in copies:
            continue
        if live.setdefault(topic, sent) != sent:
            complaints.append(f"output {topic} was sent twice, with different content: {_differ(live[topic], sent)}")
    complaints += _missing("outputs of the replay that are not on the topics", pure.keys() - live.keys(), pure)
    complaints += _missing("outputs on the topics that the replay does not have", live.keys() - pure.keys(), live)
    for id_ in sorted(pure.keys() & live.keys()):
        if pure[id_] != live[id_]:
            complaints.append(f"output {id_} differs from the replay's: {_differ(live[id_], pure[id_])}")
    return complaints[:SHOWN]


def same_refusals(raw: Sequence[Stored], letters: Sequence[Stored], partitions: int) -> list[str]:
    """The dead letters of identity are those that the raw topic gives."""
    resolved = (resolve(records, topics.RAW, partitions, Links.new()) for records in by_partition(raw).values())
    expected = {each.id for resolution in resolved for each in resolution.rejected}
    found = {letter.header("id") for letter in letters if letter.header("stage") == "identity"}
    return _missing("refusals of identity that are no dead letters", expected - found) + _missing(
        "dead letters of identity without a cause on the raw topic", found - expected
    )


def once(what: str, found: Sequence[str], expected: Collection[str]) -> list[str]:
    """A table holds every id once, and no other."""
    twice = [id_ for id_, count in Counter(found).items() if count > 1]
    return [
        *_missing(f"{what}: rows that stand twice", twice),
        *_missing(f"{what}: missing in ClickHouse", set(expected) - set(found)),
        *_missing(f"{what}: only in ClickHouse", set(found) - set(expected)),
    ]


def table_of(sent: Sent) -> str:
    """The table in ClickHouse of an output."""
    schema = schema_of(sent[2])
    return TABLES[schema.name] if isinstance(schema, Registered) else REJECTED


def _sent(output: Emitted, chunk: Mapping[int, Stored]) -> Sent:
    if not isinstance(output, Rejected):
        topic, route = topics.route(output)
        return topic, route, encode_output(output), ()
    record = [chunk[output.offset]] if output.offset in chunk else []
    ((key, value, headers, _),) = entries([output], record, topics.RESOLVED)
    return topics.DLQ, key, value, _untraced(headers)


def copied(outputs: Iterable[Emitted], besides: Mapping[str, tuple[str, ...]]) -> set[tuple[str, Sent]]:
    """The copies of changes, by id."""
    named = [(each, *topics.routes(each, besides)) for each in outputs if each.id in besides]
    return {(each.id, (topic, key, encode_output(each), ())) for each, (_, *more), key in named for topic in more}


def _untraced(headers: Iterable[tuple[str, bytes]]) -> tuple[tuple[str, bytes], ...]:
    """A trace goes on in a letter, and is no part of a result: the engine sees no headers."""
    return tuple(each for each in headers if each[0] != TRACEPARENT)


def _outputs(topics_read: Mapping[str, Sequence[Stored]]) -> Iterable[tuple[str, Sent]]:
    for topic in OUTPUTS:
        records = topics_read[topic]
        decoded = decode_outputs([record.value for record in records])
        for record, output in zip(records, decoded, strict=True):
            id_ = getattr(output, "id", f"undecodable {topic}[{record.partition}]@{record.offset}")
            yield id_, (topic, record.key, record.value, ())
    for letter in topics_read[topics.DLQ]:
        if letter.header("stage") == "engine":
            yield letter.header("id"), (topics.DLQ, letter.key, letter.value, _untraced(letter.headers))


def _same_states(number: int, live: Partition, pure: Partition) -> list[str]:
    complaints = []
    if worlds.pack(live.world) != worlds.pack(pure.world):
        complaints.append(f"partition {number}: the world: {_fields(live.world, pure.world)}")
    for key in sorted(live.tallies.keys() | pure.tallies.keys()):
        ours, theirs = live.tallies.get(key), pure.tallies.get(key)
        if ours is None or theirs is None or tallies.pack(ours) != tallies.pack(theirs):
            complaints.append(f"partition {number}: tally {key!r}: live {ours}, replay {theirs}")
    if live.counts.packed() != pure.counts.packed():
        complaints.append(f"partition {number}: counts: live {live.counts.scopes}, replay {pure.counts.scopes}")
    known, told = set(live.customers()), set(pure.customers())
    complaints += _missing(f"partition {number}: customers without a state", told - known)
    complaints += _missing(f"partition {number}: customers whom the replay does not know", known - told)
    different = [who for who in sorted(known & told) if live.snapshot(who) != pure.snapshot(who)]
    if different:
        who = different[0]
        how = _fields(_customer(live, who), _customer(pure, who)) or "the same fields, packed in another order"
        complaints.append(f"partition {number}: {len(different)} customers differ; the first is {who}: {how}")
    return complaints


def _customer(states: Partition, who: str) -> customers.Customer:
    return customers.unpack(states.snapshot(who))


def _fields(live: msgspec.Struct, pure: msgspec.Struct) -> str:
    pairs = ((name, getattr(live, name), getattr(pure, name)) for name in live.__struct_fields__)
    return "; ".join(f"{name}: live {ours!r}, replay {theirs!r}" for name, ours, theirs in pairs if ours != theirs)


def _differ(ours: Sent, theirs: Sent) -> str:
    if ours[0] == theirs[0] != topics.DLQ:
        one, other = decode_outputs([ours[2], theirs[2]])
        return f"on {ours[0]}: {_fields(one, other) or f'keys {ours[1]!r} and {theirs[1]!r}'}"
    return f"{ours} and {theirs}"


def _missing(what: str, ids: Collection[str], where: Mapping[str, Sent] | None = None) -> list[str]:
    if not ids:
        return []
    shown = [_told(id_, where) for id_ in sorted(ids)[:SHOWN]]
    return [f"{len(ids)} {what}: {'; '.join(shown)}{' …' if len(ids) > SHOWN else ''}"]


def _told(id_: str, where: Mapping[str, Sent] | None) -> str:
    if where is None:
        return id_
    topic, key, value, headers = where[id_]
    content = dict(headers) if topic == topics.DLQ else decode_outputs([value])[0]
    return f"{id_} on {topic} for {(key or b'').decode(errors='replace')}: {content}"


def everyone(resolved: Sequence[Stored]) -> set[str]:
    """Event ids of the company-wide records but ticks."""
    wide = decode_touchpoints([record.value for record in resolved if record.key == EVERYONE.encode()])
    return {each.event_id for each in wide if isinstance(each, Touchpoint) and each.type != "clock.tick"}
