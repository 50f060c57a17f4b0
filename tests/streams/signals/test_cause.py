from __future__ import annotations

import pytest

from tests.streams.lab import DAY, Lab, signals, touchpoint


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        pytest.param("快递太慢了，还没到", "late", id="zh: the only list that speaks, and likeliest"),
        pytest.param("my parcel is late again", "late", id="en: the only list that speaks, and likeliest"),
        pytest.param("Your staff were rude to me", "staff", id="likelier than all others together"),
        pytest.param("味道怪怪的", None, id="no list speaks, nothing is likely"),
        pytest.param("wrong item sent", None, id="likeliest without a list is a guess"),
    ],
)
def test_the_words_of_a_complaint_tell_its_cause(text: str, cause: str | None) -> None:
    lab = Lab()
    for day in (0, 3):
        lab.fold(touchpoint("complaint.opened", day * DAY, text=text, complaint_id=f"c{day}"))
    assert [each.values.get("cause") for each in signals(lab.outputs, "repeat_contact")] == ([cause] if cause else [])
