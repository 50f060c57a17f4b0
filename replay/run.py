"""`rapport replay`: the engine on history, and what it would have said."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from typing import BinaryIO, Final

from rich.console import Console

from rapport.settings import Settings
from replay import base, sources
from replay.compare import Comparison, group_of
from replay.drive import Drive, Trends
from replay.keeping import Keeper
from replay.library import fetch_from
from replay.parallel import Parallel
from replay.partings import explained
from replay.progress import Meter
from replay.selection import Selection, resolved
from replay.source import ReplayError
from replay.sources.files import Files
from replay.sources.kafka_log import KafkaLog
from replay.summary import Summary
from schemas.records import Emitted
from schemas.wire import output_line
from streams.knowledge.model import Knowledge

__all__ = ["ReplayError", "Selection", "Summary", "run"]

EVERYTHING: Final = Selection()


def run(
    names: Sequence[str],
    settings: Settings,
    knowledge: Knowledge,
    *,
    own_rules: bool = False,
    selection: Selection = EVERYTHING,
    out: BinaryIO | None = None,
    compare: str | None = None,
    keeper: Keeper | None = None,
    jobs: int = 1,
    resume: bool = False,
    console: Console | None = None,
) -> Summary:
    """Folds the sources (`kafka`, `archive`, or files, `-` among them) and returns what came of it.

    `own_rules` says that `knowledge` is another than the line's (`--knowledge`, `--set`):
    then the log's activations and what its trends said are left out, and what trends say now is folded.
    `selection` limits what goes to `out` (JSON lines) and into the comparison, never what is folded. `compare` is
    `live`, a run that is kept, or a file that `out` once was. `keeper` gets every output that
    is told. `jobs` processes fold the partitions of a log (Kafka, archive); `resume` goes on
    where one that was killed stood. Progress goes to `console` if that is a terminal.
    Where a comparison finds anything the source is folded once more, to say why. Raises `ReplayError`.
    """
    selection = resolved(selection, names, settings, knowledge, own_rules=own_rules)
    other = None if compare is None else base.named(compare, names, settings)
    comparison = None if other is None else Comparison(other.without)
    with closing(sources.opened(names, settings, in_step=own_rules)) as source, Meter(console, source.total) as meter:
        drive: Drive | Parallel
        if jobs > 1 and not isinstance(source, Files):
            if own_rules:
                raise ReplayError(
                    "--jobs: under other rules what trends find in one partition is told to all; leave out --jobs"
                )
            drive = Parallel(names, settings, knowledge, jobs, meter.at, resume=resume)
            outputs = drive.outputs(source.numbers)
        else:
            trends: Trends = "looped" if own_rules else "compared"
            drive = Drive(source, knowledge, fetch_from(names, settings), meter.at, own_rules=own_rules, trends=trends)
            outputs = drive.outputs()
        summary = Summary(log_order=source.log_order, compared_with=compare)
        started = time.perf_counter()
        for output in outputs:
            if selection.takes(output):
                _tell(output, summary, out, comparison)
                if keeper is not None:
                    keeper.add(output)
        summary.seconds = time.perf_counter() - started
        summary.records = drive.counts["records"]
        summary.counts, summary.first, summary.last = drive.counts, drive.first, drive.last
        summary.fingerprint = drive.fingerprint()
        summary.missing = sorted([*drive.missing, *(source.emptied if isinstance(source, KafkaLog) else ())])
        if other is not None and comparison is not None:
            said = (output for output in other.outputs() if selection.takes(output))
            covered = drive.covers if other.live and source.log_order else None
            holes = drive.holes if covered else {}
            summary.differences = comparison.against(filter(covered, said) if covered else said, holes)
    if summary.differences:
        summary.partings = explained(summary.differences, names, settings, knowledge, own_rules=own_rules)
    return summary


def _tell(output: Emitted, summary: Summary, out: BinaryIO | None, comparison: Comparison | None) -> None:
    summary.outputs[group_of(output)] += 1
    if comparison is not None:
        comparison.add(output)
    if out is not None:
        out.write(output_line(output) + b"\n")
