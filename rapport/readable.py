"""Outputs as a person reads them: one line each, an alert as a short card."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

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


def readable(output: Emitted) -> RenderableType:
    """What the terminal shows of an output; times are the reader's local ones."""
    return _card(output) if isinstance(output, Alert) else _line(output)


def _line(output: Emitted) -> Text:
    line = Text()
    line.append(f"{_clock(output.at)} ", "dim")
    line.append(f"{output.__struct_config__.tag!s:<12} ", "bold")
    line.append(f"{output.customer_id or '-'} ")
    line.append(_said(output))
    if output.history is not None:
        line.append("  history", "dim")
    return line


def _said(output: Emitted) -> Text:
    match output:
        case Shift():
            sure = f"{output.probability:.0%}, else {output.runner_up}"
            return Text(f"{output.from_} → {output.to} ({sure}; {output.migration or 'drift'}): {output.strategy}")
        case Signal():
            values = ", ".join(f"{name} {value}" for name, value in output.values.items())
            return Text.assemble((output.name, COLOURS[output.severity]), f" {output.matter} {values}")
        case Decision():
            verdict = "permitted" if output.permitted else f"refused: {', '.join(output.reasons)}"
            return Text(f"contact {output.contact_id} {verdict}")
        case Alert():
            return Text.assemble((output.title, COLOURS[output.severity]), f" → {output.team}")
        case AlertChange():
            by = f" by {output.by}" if output.by else ""
            because = f": {output.reason}" if output.reason else ""
            return Text(f"{output.alert_id} of {output.team} {output.state}{by}{because}")
        case Rejected():
            return Text.assemble((output.reason, "red"), f" at {output.stage}: {output.detail}")
        case CustomerCard():
            return Text(f"{output.relationship}, {len(output.open_alerts)} open alerts")
        case Measure():
            scope = ", ".join(f"{name} {value}" for name, value in output.scope.items())
            return Text(f"{scope}: {output.total} in the hour of {_clock(output.bucket)}")


def _card(alert: Alert) -> Panel:
    card = alert.card
    body = [
        Text(card.who, "bold"),
        Text(card.what_happened),
        Text(card.why_now, "dim"),
        *(Text(f"  {line}", "dim") for line in card.recent),
        *(Text.assemble(("  do      ", "bold green"), line) for line in card.do),
        *(Text.assemble(("  do not  ", "bold red"), line) for line in card.do_not),
    ]
    times = f"{_clock(alert.at)} · {alert.severity} · due {_clock(alert.due_at)}"
    return Panel(
        Group(*body),
        title=Text(f"{alert.team} · {alert.title}"),
        title_align="left",
        subtitle=Text(f"{times} · {alert.customer_id or '-'}"),
        subtitle_align="left",
        border_style=COLOURS[alert.severity],
    )


def _clock(at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone()
    today = moment.date() == datetime.now(UTC).astimezone().date()
    return moment.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M")
