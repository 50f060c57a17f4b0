"""`rapport relationships explain`: out of a file, as words in both languages and as data."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rapport.customers.explained import explain, lines, to_json
from rapport.failure import Failure
from rapport.readable import Page
from rapport.settings import Settings
from rapport.voice import Voice
from tests.streams.lab import knowledge

SETTINGS = Settings(identity_key="a key for tests, long enough to be one")
PARTNER = ["认准你们家，一直用", "一辈子只用你们的，死忠", "一如既往地好，认准这个牌子", "一辈子就用你们的"]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    found = tmp_path / "told.jsonl"
    touchpoints = [
        {"event_id": f"e{n}", "type": "chat.message", "channel": "chat", "occurred_at": f"2026-03-0{n + 1}T10:00:00Z",
         "identifiers": {"customer_id": "hua"}, "text": text, "language": "zh", "session_id": f"s{n}"}
        for n, text in enumerate(PARTNER)
    ]  # fmt: skip
    found.write_bytes(b"\n".join(map(msgspec.json.encode, touchpoints)))
    return found


@pytest.mark.parametrize(("language", "label"), [("zh", "忠诚伙伴"), ("en", "devoted regular")])
def test_the_way_is_told_with_touchpoints_that_exist(told: Path, language: str, label: str) -> None:
    found = explain([str(told)], "hua", SETTINGS, knowledge())
    assert set(found.behind) <= {f"e{n}" for n in range(len(PARTNER))}
    assert {b.event_id for shift in found.shifts for b in shift.because} <= set(found.behind)
    text = "\n".join(line.plain for line in lines(found, Page(None, voice=Voice(language, knowledge()))))
    assert label in text
    assert "2026-03" in text


def test_as_data_it_has_the_trajectory_and_the_wish(told: Path) -> None:
    found = to_json(explain([str(told)], "hua", SETTINGS, knowledge()))
    assert found["relationship"]["type"] == "marriage_partner"
    assert [step["type"] for step in found["trajectory"]][-1] == "marriage_partner"
    assert found["wish"]["declared"] == "marriage_partner"
    assert 0 <= found["wish"]["mismatch"] <= 1
    assert msgspec.json.encode(found)


def test_who_is_not_there_is_named(told: Path) -> None:
    with pytest.raises(Failure, match="nobody is known as li"):
        explain([str(told)], "li", SETTINGS, knowledge())
