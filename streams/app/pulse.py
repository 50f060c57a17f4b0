"""Once a second: what the partitions of this worker are like. No record pays for it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from faust.types import TP

from rapport.metrics import HEARTBEAT, NEWEST
from streams.app import metrics
from streams.app.lanes import Lane
from streams.app.line import STATIONS

PERIOD: Final = 1.0
_STATION: Final[Mapping[str, str]] = {topic: name for name, topic in STATIONS.items()}
"""The station that reads a topic."""
STATES: Final = ("recovering", "running")


class Group(Protocol):
    """What the consumer knows of the group and of the ends of its partitions."""

    def lags(self) -> Mapping[TP, int]: ...

    def silent_seconds(self) -> float | None: ...


async def beat(group: Group, lanes: Iterable[Lane]) -> None:
    """Measure until cancelled."""
    seen: set[TP] = set()
    while True:
        seen = measure(group, list(lanes), seen)
        HEARTBEAT.set_to_current_time()
        await asyncio.sleep(PERIOD)


def measure(group: Group, lanes: Iterable[Lane], seen: set[TP]) -> set[TP]:
    """Set all gauges of partitions; those of partitions `seen` before that are gone go too. Returns those that are."""
    states = Counter({(station, state): 0 for station in STATIONS for state in STATES})
    lags, now, here = group.lags(), time.time(), set()
    for lane in lanes:
        lane.measure()
        here.add(lane.tp)
        station, partition = _STATION[lane.tp.topic], str(lane.tp.partition)
        states[station, STATES[lane.running]] += 1
        if lane.newest is not None:
            NEWEST.labels(station, partition).set(lane.newest)
        lag = lags.get(lane.tp)
        if lag is not None:
            metrics.LAG.labels(lane.tp.topic, partition).set(lag)
            behind = now - lane.newest if lag and lane.newest is not None else 0.0
            metrics.LAG_SECONDS.labels(lane.tp.topic, partition).set(max(0.0, behind))
    for (station, state), count in states.items():
        metrics.PARTITIONS.labels(station, state).set(count)
    silent = group.silent_seconds()
    if silent is not None:
        metrics.HEARD.set(now - silent)
    for tp in seen - here:
        _forget(tp)
    return here


def _forget(tp: TP) -> None:
    NEWEST.remove(_STATION[tp.topic], str(tp.partition))
    metrics.LAG.remove(tp.topic, str(tp.partition))
    metrics.LAG_SECONDS.remove(tp.topic, str(tp.partition))
