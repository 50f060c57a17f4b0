"""Company-wide records and the records of the line: ticks, imports, knowledge, policies."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from schemas import times
from schemas.records import EVERYONE, Record, Touchpoint
from schemas.wire import properties
from streams.customers import incidents
from streams.engine.counting import PLACE, POLICY
from streams.engine.fold import Fold, news_of
from streams.engine.outcome import Repeated
from streams.engine.world import BUCKETS, OUT_MS, SILENT_RUN_MS, Run, World
from streams.signals.uncomfortable_place import is_outside

BUCKETS_A_TICK = 8
"""Share of the customers, of 256, that meets the pending company-wide records at each tick."""


def new_run() -> Run:
    """An import of which nothing is known yet."""
    return Run()


def activated(record: Record) -> str | None:
    """The version that this record activates, if it does."""
    body = record.body
    if record.key != EVERYONE or not isinstance(body, Touchpoint) or body.type != "knowledge.activated":
        return None
    return str(properties(body).get("version"))


def take(record: Record, body: Touchpoint, fold: Fold) -> None:
    """Folds a company-wide record into the world."""
    world = fold.states.world
    if body.type == "clock.tick":
        _tick(record, body, fold)
        return
    if world.resent(record.source.partition, record.source.offset, record.source.n):
        fold.outcome.counts["resent"] += 1
        return
    fold.outcome.counts["company_wide"] += 1
    facts = properties(body)
    if body.type == "knowledge.activated":
        world.knowledge = str(facts.get("version"))
    elif body.type == "history.begun":
        run = world.runs.setdefault(str(facts.get("run")), Run())
        run.begun |= 1 << record.source.partition
        run.active = world.time
    elif body.type == "history.ended":
        _ended(record, body, fold, str(facts.get("run")))
    elif said_before(world, facts):
        fold.outcome.counts["resent"] += 1
    elif body.type == "quantiles.updated":
        world.crowd = world.crowd | _quantiles(facts)
    elif world.repeated(body.event_id):
        fold.outcome.counts["duplicate"] += 1
        if record.source.n == 0:  # of what is copied to every partition the first copy is archived
            fold.outcome.repeated.append(Repeated(EVERYONE, body.event_id, body.occurred_at, record.offset))
    else:
        _did(record, body, fold, facts)


def _did(record: Record, body: Touchpoint, fold: Fold, facts: dict[str, object]) -> None:
    """Something that the company did, or that happened to it: known from now on, and met by whom it concerns."""
    world = fold.states.world
    if body.type in incidents.TYPES:
        world.incidents = incidents.known(world.incidents, body, facts)
    if record.source.partition == fold.states.number:
        _tell_trends(record, body, fold, facts)
    world.latest[body.type] = max(body.occurred_at, world.latest.get(body.type, 0))
    if body.type == "stock.out" and body.item_id:
        world.is_out(body.item_id, body.location_id, _back(facts, body.occurred_at))
    deeds = fold.rules.relationships.concerns(body, facts)
    told = _told(body, facts)
    if deeds or fold.rules.concerns(news_of(body.type, body.occurred_at, told)):
        world.announce(body.type, body.event_id, body.occurred_at, record.offset, told | {"deeds": ",".join(deeds)})


def said_before(world: World, facts: Mapping[str, object]) -> bool:
    """Whether trends have said this before: after a crash they say it again, as another record of the raw topic."""
    place = facts.get("trend")
    if not isinstance(place, list) or [type(each) for each in place] != [int, int, int]:
        return False
    partition, offset, n = place
    if (offset, n) <= world.trends.get(partition, (-1, -1)):
        return True
    world.trends[partition] = (offset, n)
    return False


def _quantiles(facts: Mapping[str, object]) -> dict[str, float]:
    said = facts.get("quantiles")
    found = said.items() if isinstance(said, dict) else ()
    return {str(name): float(value) for name, value in found if isinstance(value, int | float)}


def _tell_trends(record: Record, body: Touchpoint, fold: Fold, facts: dict[str, object]) -> None:
    """From one partition, for all have it."""
    if body.type == "policy.changed":
        _foretell(record, body, fold, facts)
    elif body.type == "env.measured":
        _measure(record, body, fold, facts)


def _foretell(record: Record, body: Touchpoint, fold: Fold, facts: Mapping[str, object]) -> None:
    """A change that is yet to come goes to trends."""
    try:
        at = times.read(str(facts.get("at"))).at
    except ValueError:
        return
    if at > body.occurred_at and body.history is None:
        told = {name: facts[name] for name in ("policy_id", "kind", "size", "at") if name in facts}
        what = msgspec.json.encode(told | {"event_id": body.event_id}, order="sorted").decode()
        fold.states.add_to((("measure", POLICY), ("act", what)), body.occurred_at, 1, record.offset)


def _measure(record: Record, body: Touchpoint, fold: Fold, facts: dict[str, object]) -> None:
    """What is measured at a place goes to trends: the value where it is outside its limits."""
    rule = fold.rules.knowledge.signals.get(PLACE)
    kind, value = str(facts.get("kind")), facts.get("value")
    if rule is None or body.location_id is None or body.history is not None:
        return
    outside = is_outside(rule, kind, value)
    if outside is not None:
        told = {"kind": kind, "event_id": body.event_id, "value": value} if outside else {"kind": kind}
        what = msgspec.json.encode(told, order="sorted").decode()
        scope = (("measure", PLACE), ("act", what), ("location_id", body.location_id))
        fold.states.add_to(scope, body.occurred_at, 1, record.offset)


def _back(facts: dict[str, object], at: int) -> int:
    """When it is there again: as `until` says, else after a week."""
    try:
        return times.read(str(facts.get("until"))).at
    except ValueError:
        return at + OUT_MS


def _told(body: Touchpoint, facts: dict[str, object]) -> dict[str, str]:
    """What goes along to the customers, beside the deeds; properties that are no object do not."""
    named = {"location_id": body.location_id, "staff_id": body.staff_id, "item_id": body.item_id}
    named["properties"] = body.properties if facts else None
    return {name: value for name, value in named.items() if value}


def _ended(record: Record, body: Touchpoint, fold: Fold, name: str) -> None:
    world = fold.states.world
    run = world.runs.setdefault(name, Run())
    run.ended |= 1 << record.source.partition
    come = run.ended.bit_count()
    if not run.over and run.ended & run.begun == run.begun and come >= (world.partitions or run.begun.bit_count()):
        _over(fold, name, body.event_id, body.occurred_at, record.offset)


def _over(fold: Fold, name: str, event_id: str, at: int, offset: int) -> None:
    world = fold.states.world
    world.runs[name].over = True
    world.announce("history.settled", event_id, at, offset, {"run": name})


def _tick(record: Record, body: Touchpoint, fold: Fold) -> None:
    world, facts = fold.states.world, properties(body)
    partitions = facts.get("partitions")
    fold.outcome.counts["ticks"] += 1
    count = partitions if isinstance(partitions, int) else 1
    if not world.tick(record.source.partition, count, body.occurred_at) or world.time is None:
        return
    for name, run in world.runs.items():
        if run.active is None:
            run.active = world.time
        elif not run.over and world.time - run.active >= SILENT_RUN_MS:
            _over(fold, name, f"{name}:silent", world.time, record.offset)
    if world.pending:
        _visit(fold, list(world.sweep(BUCKETS_A_TICK)))
        world.forget_swept()
    fire_due(fold, world.time, record.offset)
    version = fold.rules.knowledge.version
    fold.outcome.outputs.extend(fold.states.measures(world.time, record.offset, version))
    fold.outcome.outputs.extend(fold.states.close(world.time, record.offset, version))


def sweep_all(fold: Fold) -> None:
    """Lets every customer meet what is pending, at once."""
    if fold.states.world.pending:
        _visit(fold, list(range(BUCKETS)))
        fold.states.world.pending = []


def _visit(fold: Fold, buckets: list[int]) -> None:
    for bucket in buckets:
        for customer_id in sorted(fold.states.buckets[bucket]):
            live = fold.states.live(customer_id)
            if live is not None:
                fold.meet_pending(customer_id, live)
                fold.outcome.counts["swept"] += 1


def fire_due(fold: Fold, until: int, offset: int) -> None:
    """Fires what is due at or before `until` for customers who live by the clock."""
    for customer_id in fold.states.due(until):
        live = fold.states.live(customer_id)
        # A state that is ahead after a crash has seen this moment already.
        if live is None or live.customer.position > offset:
            continue
        fold.meet_pending(customer_id, live)
        fold.fire(customer_id, live, until, offset)
        fold.states.touch(customer_id, live.customer)
