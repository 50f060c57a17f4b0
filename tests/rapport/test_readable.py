"""Outputs on a terminal: everything has a line, an alert a card with what to do and what not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from rich.console import Console

from rapport.readable import readable
from schemas.records import (
    Alert,
    AlertChange,
    Card,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Rejected,
    Shift,
    Signal,
)

BASE: Final[dict[str, Any]] = {"id": "1", "at": 1_700_000_000_000, "partition": 0, "offset": 1, "knowledge": "k"}
CARD = Card("Mei", "asked: [when?]", "no answer for 2 min", ("chat",), ("answer",), ("no promotion",))


def outputs() -> Iterator[tuple[Emitted, str]]:
    yield Shift(**BASE, customer_id="c", from_="a", to="b", probability=0.9, runner_up="a", migration="betrayal",
                strategy="reroute", advice=""), "a → b (90%"  # fmt: skip
    yield Signal(**BASE, name="unanswered", version=1, severity="warning", matter="m", values={"s": 1}), "unanswered m"
    yield Decision(**BASE, contact_id="k1", permitted=False, reasons=("budget",)), "refused: budget"
    yield Alert(**BASE, dedup_key="d", signals=(), team="store", severity="error", title="waits", card=CARD,
                due_at=BASE["at"], language="en"), "do not  no promotion"  # fmt: skip
    yield AlertChange(**BASE, alert_id="x", team="store", state="closed", reason="answered"), "x of store closed"
    yield Rejected(**BASE, stage="identity", reason="empty_key", detail="no key", original=b""), "empty_key at identity"
    yield CustomerCard(**BASE, relationship="fling", since=None, language="en", open_alerts=(), consents={}), "fling, 0"
    yield Measure(**BASE, scope={"store": "s1"}, bucket=BASE["at"], total=7), "store s1: 7"


@pytest.mark.parametrize(("output", "told"), list(outputs()), ids=lambda each: type(each).__name__)
def test_every_output_can_be_read(output: Emitted, told: str) -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(readable(output))
    assert told in console.export_text()


def test_brackets_of_a_customer_are_no_markup() -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    (alert,) = (output for output, _ in outputs() if isinstance(output, Alert))
    console.print(readable(msgspec.structs.replace(alert, title="[bold]x[/]")))
    text = console.export_text()
    assert "asked: [when?]" in text
    assert "[bold]x[/]" in text
