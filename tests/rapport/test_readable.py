"""Outputs on a terminal: everything has a line, an alert a card with what to do and what not; Chinese aligns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from rapport.readable import Page, line, readable
from rapport.voice import Voice
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
from streams.knowledge.load import load
from tests.conftest import ROOT

BASE: Final[dict[str, Any]] = {"id": "1", "at": 1_700_000_000_000, "partition": 0, "offset": 1, "knowledge": "k"}
CARD = Card("Mei", "asked: [when?]", "no answer for 2 min", ("chat",), ("answer",), ("no promotion",))


def outputs() -> Iterator[tuple[Emitted, str]]:
    yield Shift(**BASE, customer_id="c", from_="a", to="b", probability=0.9, runner_up="a", migration="betrayal",
                strategy="reroute", advice=""), "a → b 90%, else a · betrayal · reroute"  # fmt: skip
    yield Signal(**BASE, name="unanswered", version=1, severity="warning", matter="m", values={"s": 1}), "unanswered m"
    yield Decision(**BASE, contact_id="k1", permitted=False, reasons=("budget",)), "refused: budget"
    yield Alert(**BASE, dedup_key="d", signals=(), team="store", severity="error", title="waits", card=CARD,
                due_at=BASE["at"], language="en"), "do not  no promotion"  # fmt: skip
    yield (
        AlertChange(**BASE, alert_id="x", team="store", state="closed", reason="answered"),
        "closed: answered · store x",
    )
    yield Rejected(**BASE, stage="identity", reason="empty_key", detail="no key", original=b""), "empty_key at identity"
    yield CustomerCard(**BASE, relationship="fling", since=None, language="en", open_alerts=(), consents={}), "fling, 0"
    yield Measure(**BASE, scope={"store": "s1"}, bucket=BASE["at"], total=7), "store s1: 7"


def shown(output: Emitted, page: Page) -> str:
    console = Console(width=page.width or 500, record=True, file=io.StringIO())
    console.print(readable(output, page))
    return console.export_text()


@pytest.mark.parametrize(("output", "told"), list(outputs()), ids=lambda each: type(each).__name__)
def test_every_output_can_be_read(output: Emitted, told: str) -> None:
    assert told in shown(output, Page(200))


@pytest.mark.parametrize("output", [each for each, _ in outputs()], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_short_is_one_line_that_fits(output: Emitted, language: str) -> None:
    long = msgspec.structs.replace(output, customer_id="顾客" * 20)
    text = line(long, Page(80, short=True, voice=Voice(language))).plain
    assert "\n" not in text
    assert cell_len(text) <= 80


@pytest.mark.parametrize("output", [each for each, _ in outputs()], ids=lambda each: type(each).__name__)
def test_columns_stand_under_each_other_whatever_the_letters(output: Emitted) -> None:
    texts = [
        line(msgspec.structs.replace(output, customer_id=name), Page(80)).plain
        for name in ("c", "顾客", "顾客联系了我们很多次", "email:k1:0123456789abcdef")
    ]
    assert len({text[_body(text) :].split("\n")[0] for text in texts}) == 1


def _body(text: str) -> int:
    """Where cell 38 begins: behind time (11), kind (8) and customer (16), a space behind each."""
    return next(at for at in range(len(text)) if cell_len(text[:at]) == 38)


@pytest.mark.parametrize("output", [each for each, _ in outputs()], ids=lambda each: type(each).__name__)
def test_a_pipe_gets_whole_lines(output: Emitted) -> None:
    customer = "email:k1:0123456789abcdef0123456789abcdef"
    long = msgspec.structs.replace(output, customer_id=customer)
    when, kind, who, *_ = line(long, Page(None)).plain.split()
    assert (re.fullmatch(r"2023-11-1\dT\d\d:\d\d:20\.000(Z|[+-]\d\d:\d\d)", when) is None, kind, who) == (
        False, output.__struct_config__.tag, customer,
    )  # fmt: skip


@pytest.fixture(scope="module")
def voices() -> dict[str, Voice]:
    knowledge = load(Path(ROOT / "knowledge"))
    return {language: Voice(language, knowledge) for language in ("zh", "en")}


@pytest.mark.parametrize(
    ("language", "asked", "told"),
    [
        pytest.param("en", False, ["注意", "别做"], id="a card speaks the customer's language"),
        pytest.param("en", True, ["warning", "do not"], id="unless another is asked for"),
    ],
)
def test_the_language_of_a_card(voices: dict[str, Voice], language: str, asked: bool, told: list[str]) -> None:
    (alert,) = (output for output, _ in outputs() if isinstance(output, Alert))
    chinese = msgspec.structs.replace(alert, language="zh", severity="warning")
    voice = Voice(language, voices[language].knowledge, asked)
    text = shown(chinese, Page(80, voice=voice))
    assert [word for word in told if word not in text] == []
    assert {cell_len(row) for row in text.splitlines()} == {80}


@pytest.mark.parametrize(("language", "told"), [("en", "strongly dissatisfied"), ("zh", "强烈不满")])
def test_staff_read_neutral_words(voices: dict[str, Voice], language: str, told: str) -> None:
    shift = Shift(**BASE, customer_id="c", from_="complete_stranger", to="enemy", probability=0.9,
                  runner_up="captive", migration="betrayal", strategy="steer", advice="")  # fmt: skip
    text = line(shift, Page(200, voice=voices[language])).plain
    assert told in text
    assert "enemy" not in text


def test_a_card_can_be_a_line() -> None:
    (alert,) = (output for output, _ in outputs() if isinstance(output, Alert))
    text = shown(alert, Page(80, cards=False))
    assert "waits" in text
    assert "no promotion" not in text


def test_brackets_of_a_customer_are_no_markup_and_escapes_no_orders() -> None:
    (alert,) = (output for output, _ in outputs() if isinstance(output, Alert))
    text = shown(msgspec.structs.replace(alert, title="[bold]x[/] \x1b[2Jy"), Page(80))
    assert "asked: [when?]" in text
    assert "[bold]x[/] \N{REPLACEMENT CHARACTER}[2Jy" in text
