"""A customer's page: the headline, what comes first, and what stands beside the figures."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from console.pages import customer
from console.pages.reading import Seen
from rapport.customers.known import Contact, Known, Likely, Matter, Reason, Standing
from rapport.customers.leaning import leaning
from tests.console.world import NOW, World, alert, knowledge, signal

START = knowledge().shifts.start
WRONGED, NEXT = Likely("villain_victim", 0.99), Likely("enemy", 0.01)
FIRST = "Greet and let them speak first"


def known(*likely: Likely, type_: str = START, **more: Any) -> Known:
    reason = Reason("e1", "chat.message", "villain_victim", 4.7, NOW, "chat")
    return Known("c-anna", Standing(type_, None, (reason,), likely, NOW, "state"), language="en", latest=NOW, **more)


@pytest.fixture
def show(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    world.everyone()
    world.join("sue", "agent", ("social-care",))

    def shown(of: Known, who: str = "admin", language: str = "en", **more: Any) -> str:
        monkeypatch.setattr(customer, "read", lambda site, key, at: Seen(of, {}, **more))
        page = world.inside(who, **{"accept-language": language}).get("/customers/c-anna").text
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    return shown


@pytest.mark.parametrize(
    ("likely", "type_", "leads"),
    [
        pytest.param((WRONGED, NEXT), START, "villain_victim", id="clearly"),
        pytest.param((WRONGED, NEXT), "enemy", None, id="something is declared"),
        pytest.param((Likely("enemy", 0.5), Likely(START, 0.3)), START, None, id="not as likely as that"),
        pytest.param((Likely("enemy", 0.6), Likely("buddy", 0.5)), START, None, id="another one close behind"),
        pytest.param((Likely(START, 0.9), Likely("buddy", 0.1)), START, None, id="not known, and likely so"),
        pytest.param((), START, None, id="nothing"),
    ],
)
def test_what_leads_before_it_is_declared(likely: tuple[Likely, ...], type_: str, leads: str | None) -> None:
    found = leaning(Standing(type_, None, (), likely), knowledge())
    assert (found.type if found else None) == leads


def test_the_headline_says_what_the_bars_say(show: Any) -> None:
    page = show(known(WRONGED, NEXT, Likely(START, 0.001)))
    assert "probably: feels treated unfairly (99 %, not yet confirmed)" in page
    assert (FIRST in page, knowledge().relationship("villain_victim").do["en"][0] in page) == (False, True)
    assert re.findall(r"\d+ %", page) == ["99 %", "99 %", "1 %"]
    assert " 0 %" not in page
    assert "not known yet" not in page
    assert "大概是：感到委屈（99 %，尚未确认）" in show(known(WRONGED, NEXT), language="zh")


def test_a_pleasant_guess_waits_for_its_proof(show: Any) -> None:
    page = show(known(Likely("best_friend", 0.9)))
    assert ("probably: close friend (90 %" in page, FIRST in page) == (True, True)


def test_what_is_urgent_comes_first(show: Any, world: World) -> None:
    world.hear(signal(), alert(severity="critical"))
    matter = Matter("a1", "agent-desk", "open", "critical", "m", "Nobody has answered", NOW, NOW + 60_000)
    page = show(known(matters=(matter,)))
    assert page.index("First of all") < page.index("Answer now.") < page.index(FIRST)
    theirs = show(known(matters=(matter,)), "sue")
    assert ("An urgent matter is open with agent desk" in theirs, "Answer now." in theirs) == (True, False)
    calm = msgspec.structs.replace(matter, severity="warning")
    assert "First of all" not in show(known(matters=(calm,)))


def test_one_matter_stands_once_with_its_teams(show: Any) -> None:
    one = Matter("a1", "agent-desk", "open", "warning", "m", "Nobody has answered")
    page = show(known(matters=(one, msgspec.structs.replace(one, alert_id="a2", team="social-care"))))
    assert page.count("Nobody has answered") == 1
    assert "agent desk · open" in page
    assert "social care · open" in page


def test_a_purchase_says_what_it_was_worth(show: Any) -> None:
    bought = Contact(NOW, "purchase.made", "store", "customer", None, "tea", "e2", None, 1039.9, "GBP", "o-7")
    page = show(known(timeline=(bought,)))
    assert [word for word in ("Purchase “tea”", "1,039.90 GBP", "order o-7") if word not in page] == []


def test_a_language_that_nobody_has_told_is_the_default(show: Any) -> None:
    said = "(the default: they have not written yet)"
    assert (said in show(known(), told_language=False), said in show(known())) == (True, False)


def test_reasons_are_told_in_words_and_weighed(show: Any) -> None:
    page = show(known(WRONGED), language="zh")
    assert "聊天消息 +4.7" in page
