"""Outputs as a person reads them: columns, one line each, an alert as a card where there is room for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from rapport.layout import clean, column, cut, folded, hung
from rapport.voice import Voice
from schemas import times
from schemas.records import (
    Alert,
    AlertChange,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Rejected,
    Severity,
    Shift,
    Signal,
)

COLOURS: Final[dict[Severity, str]] = {"info": "cyan", "warning": "yellow", "error": "red", "critical": "bold red"}

NARROW: Final = 80
WIDEST_CARD: Final = 100
"""Longer lines are hard to read."""
_TIME: Final = 11
_KIND: Final = 8
_WHOLE_KIND: Final = 12
_CHANGE: Final = "change"
"""How `alert_change`, the one long name of a kind, is written where room is short."""
_MARK: Final = 8
"""Letters of an alert's id on a terminal."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is written on. `width` None is no terminal: a line is neither cut nor folded and its time is whole."""

    width: int | None = NARROW
    cards: bool = True
    short: bool = False
    """Everything on one line, cut where it is too long."""
    voice: Voice = field(default_factory=Voice)


def readable(output: Emitted, page: Page) -> RenderableType:
    """What is shown of an output; times are the reader's local ones."""
    return card(output, page) if isinstance(output, Alert) and page.cards else line(output, page)


def line(output: Emitted, page: Page) -> Text:
    """Time, kind, customer and what it says, in columns."""
    head = Text(" ").join([*_when_and_what(output, page), _customer(output.customer_id, page), Text()])
    body = _said(output, page)
    if output.history is not None:
        body.append(f"  {page.voice.say('history')}", "dim")
    if page.width is not None and page.short:
        return cut(Text.assemble(head, body), page.width)
    return hung(head, body, page.width)


def kind_of(output: Emitted) -> str:
    """Its public name: shift, signal, alert …"""
    return str(output.__struct_config__.tag)


def _when_and_what(output: Emitted, page: Page) -> tuple[Text, Text]:
    when, kind = Text(clock(output.at, page), "dim"), kind_of(output)
    if page.width is None:
        return when, column(Text(kind), _WHOLE_KIND)
    name = Text(_CHANGE if isinstance(output, AlertChange) else kind, "bold")
    return column(when, _TIME, right=True), column(name, _KIND)


def _customer(customer_id: str | None, page: Page) -> Text:
    """An id that is cut can still be told by its beginning; in a pipe it is whole."""
    name = Text(clean(customer_id or "-"))
    if page.width is None:
        name.pad_right(max(0, 16 - name.cell_len))
        return name
    return column(name, 16 if page.width < 120 else 24)


def _said(output: Emitted, page: Page) -> Text:
    voice = page.voice
    match output:
        case Shift():
            return _shift(output, voice)
        case Signal():
            values = ", ".join(f"{name} {value}" for name, value in output.values.items())
            severity = (f"{voice.severity(output.severity)} ", COLOURS[output.severity])
            said = Text.assemble(severity, (output.name, "bold"), f" {clean(output.matter)}")
            return said.append(f" · {clean(values)}", "dim") if values else said
        case Decision():
            verdict = voice.say("permitted" if output.permitted else "refused")
            why = f": {', '.join(output.reasons)}" if output.reasons else ""
            return Text(f"{voice.say('contact')} {clean(output.contact_id)} {verdict}{why}")
        case Alert():
            due = f" · {voice.say('due')} {clock(output.due_at, page)}"
            severity = (f"{voice.severity(output.severity)} ", COLOURS[output.severity])
            return Text.assemble(severity, (f"{output.team} ", "magenta"), (clean(output.title), "bold"), (due, "dim"))
        case AlertChange():
            by = f" {voice.say('by')} {clean(output.by)}" if output.by else ""
            because = f": {clean(output.reason)}" if output.reason else ""
            mark = output.alert_id if page.width is None else output.alert_id[:_MARK]
            return Text.assemble((output.state, "bold"), by, because, (f" · {output.team} {mark}", "dim"))
        case Rejected():
            place = f" · {clean(output.file)}:{output.line}" if output.file else ""
            mark = output.id if page.width is None else output.id[:_MARK]
            why = f" at {output.stage}: {clean(output.detail)}"
            return Text.assemble((output.reason, "red"), why, (f"{place} · {mark}", "dim"))
        case CustomerCard():
            alerts = f"{len(output.open_alerts)} {voice.say('open_alerts')}"
            return Text(f"{voice.relationship(output.relationship)}, {alerts}")
        case Measure():
            scope = ", ".join(f"{name} {value}" for name, value in output.scope.items())
            return Text(f"{clean(scope)}: {output.total} {voice.say('in_the_hour')} {clock(output.bucket, page)}")


def _shift(shift: Shift, voice: Voice) -> Text:
    before, now = voice.relationship(shift.from_), voice.relationship(shift.to)
    sure = f" {shift.probability:.0%}, {voice.say('else')} {voice.relationship(shift.runner_up)}"
    return Text.assemble(before, " → ", (now, "bold"), sure, f" · {shift.migration or 'drift'} · {shift.strategy}")


def card(alert: Alert, page: Page) -> Panel:
    """The alert whole: who, what happened, why now, what came before, what to do and what not, until when."""
    voice = page.voice.on(alert.language)
    width = min(page.width or NARROW, WIDEST_CARD)
    content, room = alert.card, width - 4
    labels = [Text(f"  {voice.say(name)}", style) for name, style in (("do", "bold green"), ("do_not", "bold red"))]
    margin = max(label.cell_len for label in labels) + 2
    do, do_not = (column(label, margin) for label in labels)
    body = [
        *folded(Text(clean(content.who), "bold"), room),
        *folded(Text(clean(content.what_happened)), room),
        *folded(Text(clean(content.why_now), "dim"), room),
        *(hung(Text("  "), Text(clean(each), "dim"), room) for each in content.recent),
        *(hung(do, Text(clean(each)), room) for each in content.do),
        *(hung(do_not, Text(clean(each)), room) for each in content.do_not),
    ]
    flag = f" · {voice.say('history')}" if alert.history is not None else ""
    due = f"{voice.say('due')} {clock(alert.due_at, page)}"
    times_ = f"{clock(alert.at, page)} · {voice.severity(alert.severity)} · {due}{flag}"
    return Panel(
        Group(*body),
        title=Text(f"{alert.team} · {clean(alert.title)}"),
        title_align="left",
        subtitle=Text(f"{times_} · {clean(alert.customer_id or '-')}"),
        subtitle_align="left",
        border_style=COLOURS[alert.severity],
        width=width,
        box=box.ROUNDED,
    )


def clock(at: int, page: Page) -> str:
    """The reader's local time: of today the time, else day and minute; whole, with its offset, in a pipe."""
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone()
    if page.width is None:
        offset = moment.utcoffset()
        return times.write(at, 0 if offset is None else int(offset.total_seconds()) // 60)
    today = datetime.now(UTC).astimezone()
    if moment.date() == today.date():
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%m-%d %H:%M" if moment.year == today.year else "%Y-%m-%d")
