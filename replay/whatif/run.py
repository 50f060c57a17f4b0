"""A what-if from source to report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from rapport.settings import Settings
from replay import sources
from replay.drive import Drive
from replay.library import fetch_from
from replay.progress import Meter
from replay.selection import Selection, resolved
from replay.whatif.consequences import Consequences
from replay.whatif.report import Report, Run, report
from replay.whatif.twins import Twins
from streams.knowledge.model import Knowledge
from streams.knowledge.overriding import changes

EVERYTHING: Final = Selection()
Quality = Sequence[tuple[str, float, float]]


def what_if(
    names: Sequence[str],
    settings: Settings,
    before: Knowledge,
    after: Knowledge,
    *,
    selection: Selection = EVERYTHING,
    quality: Quality = (),
    console: Console | None = None,
) -> Report:
    """Folds the sources twice, side by side: as they stand, and under `after`.

    *Before* goes by the log's own activations where it has any, else by `before`; under `after` they are left
    out. Trends are judged anew on both sides, so that what differs comes of the rules alone.
    `selection` limits what is told, never what is folded. Raises `ReplayError`.
    """
    selection = resolved(selection, names, settings, before, own_rules=False)
    with closing(sources.opened(names, settings, in_step=True)) as source, Meter(console, source.total) as meter:
        fetch = fetch_from(names, settings)
        twins = Twins(
            source,
            Drive(source, before, fetch, meter.at, own_rules=False, trends="looped"),
            Drive(source, after, fetch, lambda _: None, own_rules=True, trends="looped"),
        )
        found = Consequences(selection.takes, partial(_day, _zone(after)))
        for step in twins.steps():
            found.take(step)
    one, other = twins.before, twins.after
    versions = _versions(one, before), _versions(other, after)
    told = Run(
        names, one.counts["records"], one.first, one.last, versions, changes(before.documents, after.documents),
        (one.fingerprint()[:12], other.fingerprint()[:12]), quality,
    )  # fmt: skip
    return report(told, found, twins.parted)


def _versions(drive: Drive, knowledge: Knowledge) -> str:
    """By which the partitions went at the end; the log may have activated others than the settings name."""
    found = {drive.engine.version_of(states) for states in drive.states.values()} or {knowledge.version}
    return ", ".join(sorted(version[:12] for version in found))


def _zone(knowledge: Knowledge) -> tzinfo:
    return ZoneInfo(knowledge.company.time_zone) if knowledge.company.time_zone else UTC


def _day(zone: tzinfo, at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d}"
