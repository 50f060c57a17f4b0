"""Another threshold shows exactly its consequences: what changes, for whom, since which record, what staff see."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from rapport.settings import Settings
from rapport.voice import Voice
from replay.selection import Selection
from replay.whatif.html import html
from replay.whatif.markdown import markdown
from replay.whatif.report import Report
from replay.whatif.run import what_if
from replay.whatif.twins import TIME
from replay.whatif.words import Words
from schemas import times
from schemas.records import Alert
from streams.knowledge.load import from_documents, load
from streams.knowledge.model import Knowledge
from streams.knowledge.overriding import overridden

SETTINGS = Settings(identity_key="test")
START = 1_767_225_600_000
DAY = 86_400_000
NARROWER = "signals.repeat_contact.window=3d"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(SETTINGS.knowledge)


def complaint(number: int, who: str, day: int, cause: str = "late") -> dict[str, object]:
    return {
        "event_id": f"{who}{number}", "type": "chat.message", "channel": "chat", "text": f"<b>{cause}</b> again?",
        "occurred_at": times.write(START + day * DAY + number), "identifiers": {"customer_id": who},
        "item_id": "kettle",
    }  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Ann comes back after two days, Bo after five, Cai never: only Bo's return lies between the two windows."""
    path = tmp_path / "shop.jsonl"
    lines = [
        complaint(1, "ann", 0), complaint(2, "bo", 0), complaint(3, "cai", 0), complaint(4, "ann", 2),
        complaint(5, "bo", 5), complaint(6, "cai", 30),
    ]  # fmt: skip
    path.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    return path


def asked(shop: Path, knowledge: Knowledge, *settings: str, selection: Selection | None = None) -> Report:
    other = from_documents(overridden(knowledge.documents, settings))
    return what_if([str(shop)], SETTINGS, knowledge, other, selection=selection or Selection())


def test_a_narrower_window_concerns_him_who_came_back_in_between_and_nobody_else(
    shop: Path, knowledge: Knowledge
) -> None:
    found = asked(shop, knowledge, NARROWER)
    assert [(c.path, c.before, c.after) for c in found.changes] == [
        ("signals.repeat_contact.parameters.open_days", "7", "3")
    ]
    moved = {row.name: (row.new, row.gone, row.changed) for row in found.signals if row.new or row.gone or row.changed}
    assert moved == {"repeat_contact": (0, 1, 0)}
    assert found.customers == 1
    teams = {row.name: row.gone for row in found.teams if row.gone}
    assert teams == dict.fromkeys(knowledge.signals["repeat_contact"].teams, 1)
    (parting,) = found.partings
    assert (parting.customer, parting.type, parting.example.event_id) == ("bo", "chat.message", "bo5")
    assert {each.output.customer_id for each in found.cards["gone"]} == {"bo"}
    assert not found.cards["new"]


def test_the_same_rules_change_nothing(shop: Path, knowledge: Knowledge) -> None:
    found = asked(shop, knowledge)
    assert (found.customers, found.states_only, any(found.differences)) == (0, 0, False)
    assert found.digests[0] == found.digests[1]
    assert found.same > 0
    assert "Nothing changes" in html(found, Words(Voice("en", knowledge)))


def test_what_falls_due_later_is_told_as_new_and_gone(shop: Path, knowledge: Knowledge) -> None:
    found = asked(shop, knowledge, "signals.unanswered.norms_minutes.chat.message=45")
    (row,) = (row for row in found.signals if row.name == "unanswered")
    assert row.new == row.gone > 0
    assert {parting.type for parting in found.partings} == {"chat.message"}, "the norm is noted when they write"


def test_wording_parts_no_states_and_is_told_by_field(shop: Path, knowledge: Knowledge) -> None:
    found = asked(shop, knowledge, "signals.repeat_contact.deadline_minutes=10")
    assert {field for group, field, _ in found.fields if group.kind == "alert"} == {"due_at"}
    (row,) = (row for row in found.signals if row.name == "repeat_contact")
    assert (row.new, row.gone, row.changed) == (0, 0, 0)
    assert all(each.fields == ("due_at",) for each in found.cards["changed"])


def test_a_selection_limits_what_is_told(shop: Path, knowledge: Knowledge) -> None:
    assert asked(shop, knowledge, NARROWER, selection=Selection(customer="ann")).customers == 0
    assert asked(shop, knowledge, NARROWER, selection=Selection(to=START + 4 * DAY)).customers == 0


def test_time_alone_is_told_as_such() -> None:
    assert Words(Voice("en")).record(TIME) == "something fell due"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_stands_alone_and_nothing_that_customers_write_is_obeyed(
    language: str, shop: Path, knowledge: Knowledge
) -> None:
    words = Words(Voice(language, knowledge))
    found = asked(shop, knowledge, NARROWER)
    page, text = html(found, words), markdown(found, words)
    (card, *_) = found.cards["gone"]
    assert isinstance(card.output, Alert)
    assert "<b>late</b>" not in page + text
    assert not re.findall(r"(?:src|href)=|<script|@import|url\(", page)
    assert page.count("<svg") >= 1
    for heading in ("rules", "cards", "why", "flows"):
        assert words.say(heading) in page
        assert f"## {words.say(heading)}" in text
