"""The report as one HTML file: readable on a telephone and on a wall, without script or network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from replay.whatif import svg
from replay.whatif.consequences import Different
from replay.whatif.report import ROWS, Pair, Report
from replay.whatif.tables import Part, Table, headline, parts, run_line
from replay.whatif.words import Words
from schemas.records import Alert, Card, Emitted

_STYLE: Final = Path(__file__).with_name("report.css")
_SHOWN: Final = 4
"""Teams with a chart of their own beside that of all."""


def html(report: Report, words: Words) -> str:
    """The whole page. Everything that customers or knowledge say is escaped."""
    language = "zh-CN" if words.language == "zh" else "en"
    title = escape(words.say("title"))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE.read_text()}</style>'
        f"</head><body><main><h1>{title}</h1>{''.join(_body(report, words))}</main></body></html>\n"
    )


def _body(report: Report, words: Words) -> Iterator[str]:
    first, *rest = headline(report, words)
    yield f'<p class="lead">{escape(first)}</p>' + "".join(f"<p>{escape(line)}</p>" for line in rest)
    for part in parts(report, words):
        if part.name == "teams":
            yield _charts(report, words)
        if part.table is not None and (part.table.rows or part.note):
            yield _part(part, report, words)
        if part.name == "teams":
            yield _cards(report, words)
    yield f"<footer><h2>{escape(words.say('run'))}</h2><p>{escape(run_line(report, words))}</p></footer>"


def _part(part: Part, report: Report, words: Words) -> str:
    note = f"<p>{escape(part.note)}</p>" if part.note else ""
    chart = _flow_chart(report, words) if part.name == "flows" and report.flows else ""
    shown = _table(part.table, words) if part.table is not None and part.table.rows else ""
    return f'<section id="{part.name}"><h2>{escape(part.heading)}</h2>{note}{chart}{shown}</section>'


def _table(table: Table, words: Words) -> str:
    def cells(tag: str, row: tuple[str, ...]) -> str:
        numbers = (' class="n"' if at >= table.numbers else "" for at in range(len(row)))
        return "".join(f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(numbers, row, strict=True))

    rows = "".join(f"<tr>{cells('td', row)}</tr>" for row in table.rows)
    more = f"<p><small>{escape(words.say('more', table.more))}</small></p>" if table.more else ""
    return f'<div class="wide"><table><thead><tr>{cells("th", table.heads)}</tr></thead>{rows}</table></div>{more}'


def _charts(report: Report, words: Words) -> str:
    if not report.days:
        return ""
    names = words.say("before"), words.say("after")
    total = [
        Pair(sum(pairs[at].before for pairs in report.by_day.values()),
             sum(pairs[at].after for pairs in report.by_day.values()))
        for at in range(len(report.days))
    ]  # fmt: skip
    unit = "alerts_by_month" if len(report.days[0]) < len("2026-01-01") else "alerts_by_day"
    moved = [row.name for row in report.teams if row.new or row.gone][:_SHOWN]
    small = "".join(
        svg.by_day(report.days, report.by_day[team], words.voice.team(team), names, svg.SMALL) for team in moved
    )
    whole = svg.by_day(report.days, total, words.say(unit), names)
    grid = f'<div class="grid">{small}</div>' if len(moved) > 1 else ""
    return f'<section id="alerts"><h2>{escape(words.say("alerts"))}</h2>{whole}{grid}</section>'


def _flow_chart(report: Report, words: Words) -> str:
    label = words.voice.relationship
    rows = [(label(each.from_), label(each.to), each.pair) for each in report.flows[:ROWS]]
    return svg.flows(rows, words.say("flows"), (words.say("before"), words.say("after")))


def _cards(report: Report, words: Words) -> str:
    columns = "".join(
        f"<h3>{escape(words.say(f'cards_{what}'))}</h3>"
        f'<div class="grid">{"".join(_card(each, words) for each in found)}</div>'
        for what, found in report.cards.items()
        if found
    )
    none = "" if columns else f"<p>{escape(words.say('no_cards'))}</p>"
    return f'<section id="cards"><h2>{escape(words.say("cards"))}</h2>{columns}{none}</section>'


def _card(each: Different, words: Words) -> str:
    alert = each.output
    if not isinstance(alert, Alert):
        return ""
    before = each.before if each.what == "changed" else None
    card = alert.card
    lines = "".join(f"<p>{escape(line)}</p>" for line in (card.who, card.what_happened, card.why_now) if line)
    advice = "".join(
        f'<li class="{what}"><b>{escape(words.say(what))}</b> {escape(line)}</li>'
        for what, told in (("do", card.do), ("do_not", card.do_not))
        for line in told
    )
    other = "" if before is None else f'<p class="was">{escape(_was(each, before, words))}</p>'
    foot = " · ".join((words.minute(alert.at), alert.severity, f"{words.say('due')} {words.minute(alert.due_at)}"))
    return (
        f'<article class="{each.what} {alert.severity}"><h4>{escape(words.voice.team(alert.team))} · '
        f"{escape(alert.title)}</h4>{lines}<ul>{advice}</ul>{other}<footer>{escape(foot)}"
        f"{escape(f' · {alert.customer_id}' if alert.customer_id else '')}</footer></article>"
    )


def _was(each: Different, before: Emitted, words: Words) -> str:
    """The fields that differ, as they were."""
    told = [f"{name}: {_short(getattr(before, name, ''), words)}" for name in each.fields]
    return f"{words.say('before')} · {'; '.join(told)}"


def _short(value: object, words: Words) -> str:
    if isinstance(value, Card):
        return value.why_now
    if isinstance(value, int):
        return words.minute(value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
