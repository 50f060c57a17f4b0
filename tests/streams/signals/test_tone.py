from __future__ import annotations

import pytest

from schemas.records import Touchpoint
from streams.customers.customer import Customer
from streams.customers.moment import Moment
from streams.signals.tone import glad_only, tone_of
from tests.streams.lab import DAY, Lab, knowledge, signals, touchpoint


def moment(each: Touchpoint) -> Moment:
    return Moment(knowledge(), Customer(), "anna", each.occurred_at, "", "", each, None, (0, 0), [], {}, {})


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        pytest.param(touchpoint("feedback.rated", properties={"score": 5, "scale": 5}), 1, id="the top of the scale"),
        pytest.param(touchpoint("feedback.rated", properties={"score": 9}), 0.8, id="nine can only be of ten"),
        pytest.param(touchpoint("complaint.opened"), -1, id="a complaint"),
        pytest.param(touchpoint("complaint.resolved", properties={"satisfied": True}), 1, id="settled well"),
        pytest.param(touchpoint("complaint.resolved"), None, id="settled, nobody knows how"),
        pytest.param(touchpoint("store.visited"), None, id="a visit says nothing"),
        pytest.param(touchpoint("chat.message", initiator="company", text="Wonderful!"), None, id="our own words"),
    ],
)
def test_how_it_sounds(each: Touchpoint, expected: float | None) -> None:
    found = tone_of(moment(each))
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "language", "side"),
    [
        ("I love it, thank you so much, wonderful service!", "en", 1),
        ("Terrible, the worst service ever, I am so disappointed.", "en", -1),
        ("太棒了，非常满意，质量很好！", "zh", 1),
        ("太差了，非常失望，质量很差。", "zh", -1),
        ("It is good and it is slow.", "en", 0),
        ("Oh wonderful, it's leaking all over the floor again. Great job, well done 🙄", "en", -1),
        ("呵呵，你们服务可真好啊，修完第三天又漏，太棒了👏", "zh", -1),
        ("Great service again, thanks", "en", 1),
        ("师傅又快又好，太感谢了", "zh", 1),
    ],
)
def test_words_sound_as_they_feel(text: str, language: str, side: int) -> None:
    found = tone_of(moment(touchpoint("chat.message", text=text, language=language)))
    assert found == side


@pytest.mark.parametrize(
    ("text", "glad"),
    [
        ("@shop Thank you so much, what a lovely team", True),
        ("谢谢你们！", True),
        ("The courier was wonderful, best delivery ever!", True),
        ("师傅上门很准时，服务特别好，谢谢", True),
        ("水果新鲜又甜，送货小哥很热情，必须五星好评", True),
        ("Lovely shop, but when does my parcel come?", False),
        ("Thanks for nothing, three hours on hold", False),
        ("Great, cancelled again. Thanks a lot 🙄", False),
        ("Thank you, now please call me back at once", False),
        ("服务不错，就是到现在还没收到货，急", False),
        ("谢谢，请问什么时候发货？", False),
        ("必须马上给我处理，快递员态度太差", False),
        ("hello", False),
    ],
)
def test_who_is_merely_glad_wants_no_answer(text: str, glad: bool) -> None:
    assert glad_only(moment(touchpoint("social.mentioned", channel="social", text=text))) is glad


def test_a_question_has_no_tone() -> None:
    assert tone_of(moment(touchpoint("chat.message", text="And my order?", language="en"))) is None


def test_words_that_grow_colder_are_noticed() -> None:
    def said(day: int, text: str) -> Touchpoint:
        return touchpoint("chat.message", 9 * day * DAY, text=text, language="en", session_id=f"s{day}")

    warm = [said(day, "I love it, thank you so much, wonderful service!") for day in range(10)]
    cold = [said(day, "Terrible, the worst service ever, I am so disappointed.") for day in range(10, 13)]
    found = signals(Lab().fold(*warm, *cold), "cooling")
    assert [each.values["sign"] for each in found] == ["colder"]
    assert signals(Lab().fold(*warm, cold[0]), "cooling") == []
