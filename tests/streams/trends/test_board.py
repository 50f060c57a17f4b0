"""Totals in, judgements out: whatever the order between partitions, whatever is repeated, whenever it crashes."""

from __future__ import annotations

import random

import msgspec
import pytest

from schemas.records import Alert, AlertChange, Emitted, Measure, Signal
from streams.customers.sketch import bin_of
from streams.engine.counting import BUCKET_MS
from streams.trends.board import Board, Judged
from streams.trends.state import WHOLE, Restoring
from tests.streams.lab import DAY, HOUR, MINUTE, knowledge

SCOPE = {"measure": "cause_rising", "cause": "late"}
MARK = {"measure": "time"}
BEGIN = 1_780_012_800_000
"""Midnight, UTC."""
PARTITIONS = 2


def measure(partition: int, at: int, total: int, scope: dict[str, str] = SCOPE) -> Measure:
    bucket = BEGIN + at // BUCKET_MS * BUCKET_MS
    return Measure(
        id=f"{partition}|{at}|{total}", at=BEGIN + at, partition=partition, offset=0, knowledge="", scope=scope,
        bucket=bucket, total=total,
    )  # fmt: skip


def mark(partition: int, at: int) -> Measure:
    return measure(partition, at, PARTITIONS, MARK)


def streams() -> list[list[Measure]]:
    """Of each resolved partition: a complaint a day, then a day with many; a mark a day, and each hour of the last."""
    lanes: list[list[Measure]] = []
    for partition in range(PARTITIONS):
        lane = []
        for day in range(14):
            lane += [measure(partition, day * DAY + 9 * HOUR, 1), mark(partition, (day + 1) * DAY)]
        for hour in range(1, 12):
            at = 14 * DAY + hour * HOUR
            lane += [measure(partition, at - 10 * MINUTE, 2), mark(partition, at)]
        lanes.append([*lane, mark(partition, 20 * DAY)])
    return lanes


def interleaved(seed: int) -> list[tuple[int, Measure]]:
    chance, lanes, found = random.Random(seed), [list(lane) for lane in streams()], []
    while any(lanes):
        found.append(chance.choice([lane for lane in lanes if lane]).pop(0))
    return list(enumerate(found))


def board() -> Board:
    return Board(0, lambda _: knowledge(), PARTITIONS)


def contents(outputs: list[Emitted]) -> list[tuple[str, int, str]]:
    return sorted((o.id, o.at, type(o).__name__) for o in outputs)


@pytest.fixture(scope="module")
def usual() -> Judged:
    return board().process(interleaved(0))


def test_an_incident_opens_alerts_goes_unanswered_and_is_over(usual: Judged) -> None:
    signals = [o for o in usual.outputs if isinstance(o, Signal)]
    assert [s.values["state"] for s in signals] == ["open", "over"]
    assert signals[0].scope == {"cause": "late"}
    assert [o.team for o in usual.outputs if isinstance(o, Alert)] == ["product", "managers"]
    life = [o.state for o in usual.outputs if isinstance(o, AlertChange)]
    assert life == ["escalated"] * 4 + ["closed"] * 2
    assert [each.type for each in usual.told] == ["incident.declared", "incident.ended"]


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_order_between_partitions_does_not_show(usual: Judged, seed: int) -> None:
    assert contents(board().process(interleaved(seed)).outputs) == contents(usual.outputs)


def test_a_bucket_waits_for_every_partition() -> None:
    one = board()
    ahead = [(n, each) for n, each in enumerate(streams()[0])]
    assert one.process(ahead) == Judged([], [], {})


def test_what_is_sent_again_changes_nothing(usual: Judged) -> None:
    once = [each for _, each in interleaved(0)]
    twice = [each for at in range(len(once)) for each in (once[at], *once[max(0, at - 5) : at + 1])]
    lanes_kept = [each for each in twice if each is not None]
    assert contents(board().process(list(enumerate(lanes_kept))).outputs) == contents(usual.outputs)


@pytest.mark.parametrize("seed", range(5))
def test_a_crash_between_any_two_records_loses_and_adds_nothing(usual: Judged, seed: int) -> None:
    records, chance = interleaved(0), random.Random(seed)
    restoring, now, at, found = Restoring(), board(), 0, []
    while at < len(records):
        end = min(len(records), at + chance.randint(1, 12))
        judged = now.process(records[at:end])
        found += judged.outputs
        changes = now.changes()
        if chance.random() < 0.4:  # the chunk was said, and only a part of its states was written
            for key, value in changes[: chance.randint(0, max(0, len(changes) - 1))]:
                assert key != WHOLE
                restoring.take(key, value)
            now = board()
            now.restore(restoring)
            continue
        for key, value in changes:
            restoring.take(key, value)
        at = end
    assert sorted(set(contents(found))) == contents(usual.outputs)
    whole = board()
    whole.process(records)
    assert now.differs(whole) is None
    assert now.fingerprint() == whole.fingerprint()


def acted(kind: str, alert: Alert, at: int, **scope: str) -> Measure:
    what = f'{{"at":{BEGIN + at},"event_id":"e-{kind}","state":"{kind}","alert_id":"{alert.id}","by":"kim"}}'
    return measure(0, at, 1, {"measure": "act", "act": what, **(scope or {"cause": "late"})})


@pytest.mark.parametrize(
    "scope",
    [{"of": "everybody", "policy_id": "p"}, {"of": "{}"}, {"count": "1"}, {"bin": "1"}, {"act": "x"}, {"cause": "x"}],
)
def test_an_act_that_concerns_no_alert_of_its_scope_is_counted_and_stops_nothing(scope: dict[str, str]) -> None:
    one, records = board(), [each for _, each in interleaved(0)][:-2]
    opened = one.process(list(enumerate(records)))
    alert = next(o for o in opened.outputs if isinstance(o, Alert))
    later = 14 * DAY + 12 * HOUR
    strays = [acted("acknowledged", alert, later, **scope), acted("resolved", alert, later)]
    judged = one.process(
        list(enumerate([*strays, *(mark(p, later + MINUTE) for p in range(PARTITIONS))], len(records)))
    )
    assert {o.state for o in judged.outputs if isinstance(o, AlertChange) and o.by} == {"resolved", "closed"}
    assert one.counts["unknown_alert"] == 1


def test_an_alert_that_is_handed_on_is_the_other_teams_and_both_are_told() -> None:
    one, records = board(), [each for _, each in interleaved(0)][:-2]
    opened = one.process(list(enumerate(records)))
    alerts = [o for o in opened.outputs if isinstance(o, Alert)]
    later = 14 * DAY + 12 * HOUR
    act = acted("reassigned", alerts[0], later)
    handed = [
        msgspec.structs.replace(act, scope=act.scope | {"act": act.scope["act"].replace("}", f',"to":"{to}"}}')})
        for to in ("sales", alerts[1].team)
    ]
    handed[1] = msgspec.structs.replace(handed[1], bucket=handed[1].bucket + MINUTE)
    passed = [mark(p, later + 20 * DAY) for p in range(PARTITIONS)]
    judged = one.process(list(enumerate([*handed, *passed], len(records))))
    changes = [o for o in judged.outputs if isinstance(o, AlertChange) and o.alert_id == alerts[0].id]
    assert (changes[0].state, changes[0].team, changes[0].reason) == (
        "reassigned", "sales", f"{alerts[0].team} → sales"
    )  # fmt: skip
    assert judged.besides[changes[0].id] == (alerts[0].team, "managers"), "it was escalated before"
    assert [c.state for c in changes].count("reassigned") == 1, "the other team has its own alert of it"
    assert {c.team for c in changes[1:] if c.state != "escalated"} == {"sales"}


def test_what_staff_do_with_the_alert_becomes_part_of_its_life() -> None:
    one, records = board(), [each for _, each in interleaved(0)][:-2]
    opened = one.process(list(enumerate(records)))
    alert = next(o for o in opened.outputs if isinstance(o, Alert))
    later = 14 * DAY + 12 * HOUR
    acts = [acted("acknowledged", alert, later), acted("resolved", alert, later + MINUTE)]
    marks = [mark(p, later + 2 * MINUTE) for p in range(PARTITIONS)]
    judged = one.process(list(enumerate([*acts, *marks], len(records))))
    changes = [(o.team, o.state, o.by) for o in judged.outputs if isinstance(o, AlertChange) and o.by]
    assert changes == [
        ("product", "acknowledged", "kim"), ("product", "resolved", "kim"), ("managers", "closed", "kim"),
    ]  # fmt: skip


def test_quantiles_of_the_crowd_are_broadcast_on_the_hour_and_only_when_they_change() -> None:
    one, name = board(), "slipping_away.median_value"
    crowd = [
        measure(p, MINUTE, 40, {"measure": "crowd", "of": name, "bin": str(bin_of(value))})
        for p in range(PARTITIONS) for value in (10, 100, 1000)
    ]  # fmt: skip
    marks = [mark(p, hour * HOUR) for hour in (1, 2, 3) for p in range(PARTITIONS)]
    told = one.process(list(enumerate([*crowd, *marks]))).told
    assert [each.type for each in told] == ["quantiles.updated"]
    assert '"slipping_away.median_value":' in (told[0].properties or "")
    few = board().process(list(enumerate([crowd[0], *marks])))
    assert few.told == [], "of a handful nothing is said"
