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


@pytest.mark.parametrize(
    ("kind", "text", "repeated"),
    [
        pytest.param("call.started", "Still nothing, my suitcase is missing", True, id="en: presses, the same cause"),
        pytest.param("chat.message", "行李箱丢了到现在没人管", True, id="zh: complains, the same cause"),
        pytest.param("chat.message", "Your staff were rude to me, terrible", False, id="another cause"),
        pytest.param("chat.message", "Thank you, the lost suitcase is here", False, id="glad"),
        pytest.param("chat.message", "What time do you open?", False, id="no cause"),
    ],
)
def test_who_comes_back_in_other_words_than_a_complaint_repeats_its_cause(kind: str, text: str, repeated: bool) -> None:
    lab = Lab()
    lab.fold(touchpoint("complaint.opened", 0, text="My suitcase did not arrive", complaint_id="c0"))
    lab.fold(touchpoint(kind, 3 * DAY, text=text))
    assert bool(signals(lab.outputs, "repeat_contact")) == repeated


def test_what_nobody_complained_of_before_is_no_repeat() -> None:
    lab = Lab()
    for day in (0, 3):
        lab.fold(touchpoint("chat.message", day * DAY, text="Still nothing, my suitcase is missing"))
    assert not signals(lab.outputs, "repeat_contact")
