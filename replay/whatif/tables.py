"""The tables of a report, the same in every form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from replay.whatif.report import ROWS, Report, Row
from replay.whatif.words import Words


class Table(NamedTuple):
    """`numbers`: from which column on they are numbers, set to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int
    more: int = 0


class Part(NamedTuple):
    """A part of the report: its anchor, heading, a sentence that explains, a table."""

    name: str
    heading: str
    note: str
    table: Table | None


def parts(report: Report, words: Words) -> Iterator[Part]:
    """In the order of a reader's questions: what was changed, what changes, for whom and why."""
    say = words.say
    yield Part("rules", say("rules"), "", _table(
        (say("place"), say("before"), say("after")),
        [(each.path, each.before or "–", each.after or "–") for each in report.changes], 3,
    ))  # fmt: skip
    if report.quality:
        yield Part("quality", say("quality"), "", _table(
            (say("figure"), say("before"), say("after"), say("difference")),
            [(name, f"{one:.3f}", f"{other:.3f}", f"{other - one:+.3f}") for name, one, other in report.quality], 1,
        ))  # fmt: skip
    yield Part("teams", say("by_team"), "", _rows(report.teams, say("team"), words, words.voice.team))
    yield Part("signals", say("signals"), "", _rows(report.signals, say("signal"), words, words.voice.signal))
    yield Part("why", say("why"), say("why_note"), _table(
        (say("first_record"), say("example"), say("customers"), say("outputs")),
        [(words.record(each.type), f"{each.customer} · {words.minute(each.example.at)} {each.example.event_id}".strip(),
          f"{each.customers:,}", f"{each.outputs:,}") for each in report.partings], 2,
    ))  # fmt: skip
    yield Part("decisions", say("decisions"), "" if report.decisions else say("no_decisions"), _table(
        (say("before"), say("after"), say("example"), say("count")),
        [(words.said(each.before), words.said(each.after),
          f"{each.example.customer_id} · {each.example.contact_id} · {words.minute(each.example.at)}",
          f"{each.times:,}") for each in report.decisions], 3,
    ))  # fmt: skip
    yield Part("flows", say("flows"), "" if report.flows else say("no_flows"), _table(
        (say("from"), say("to"), say("before"), say("after"), say("difference")),
        [(words.voice.relationship(each.from_), words.voice.relationship(each.to), f"{each.pair.before:,}",
          f"{each.pair.after:,}", words.by(each.pair)) for each in report.flows], 2,
    ))  # fmt: skip
    yield Part("all", say("all"), f"{say('same')}: {report.same:,}", _rows(report.kinds, say("kind"), words, str))
    yield Part("fields", say("fields"), "", _table(
        (say("kind"), say("field"), say("count")),
        [(f"{group.kind} {group.name}".strip(), field, f"{count:,}") for group, field, count in report.fields], 2,
    ))  # fmt: skip


def _rows(rows: Sequence[Row], head: str, words: Words, named: Callable[[str], str]) -> Table:
    heads = (head, *(words.say(each) for each in ("before", "after", "difference", "new", "gone", "changed")))
    return _table(heads, [
        (named(each.name), f"{each.pair.before:,}", f"{each.pair.after:,}", words.by(each.pair), f"{each.new:,}",
         f"{each.gone:,}", f"{each.changed:,}") for each in rows
    ], 1)  # fmt: skip


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: int) -> Table:
    return Table(heads, tuple(rows[:ROWS]), numbers, max(0, len(rows) - ROWS))


def headline(report: Report, words: Words) -> list[str]:
    """The sentences that answer first: how many alerts more or less, for whom."""
    if not any(report.differences) and not report.states_only:
        return [words.say("none")]
    found = [words.say(
        "headline", before=f"{report.alerts.before:,}", after=f"{report.alerts.after:,}", by=words.by(report.alerts),
        alerted=f"{report.customers_alerted:,}", customers=f"{report.customers:,}",
    )]  # fmt: skip
    if any(report.history):
        found.append(words.say("history", f"{report.history.before:,}", f"{report.history.after:,}"))
    if report.states_only:
        found.append(words.say("states_only", f"{report.states_only:,}"))
    return found


def run_line(report: Report, words: Words) -> str:
    """What was run, so that it can be run again."""
    return words.say(
        "run_note", sources=", ".join(report.sources), records=f"{report.records:,}", first=words.minute(report.first),
        last=words.minute(report.last), one=report.knowledge[0], other=report.knowledge[1],
        digests=" / ".join(report.digests),
    )  # fmt: skip
