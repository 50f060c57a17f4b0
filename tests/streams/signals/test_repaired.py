"""Praise after a repair, meant and not."""

from __future__ import annotations

import pytest

from streams.signals.outgoing import heard_from
from streams.signals.tone import sincere
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, signals, touchpoint
from tests.streams.signals.test_tone import moment

NOT_MEANT = [
    "空调修得真好，当晚又停了，鼓掌",
    "Top work, boiling in here",
    "呵呵，你们服务可真好啊，修完第三天又漏，太棒了👏👏",
    "太好了，又坏了",
    "你们真厉害，修一次坏一次，点赞👍",
    "真有你们的，三天就又不制冷了，服务一流啊",
    "谢谢你们啊，现在彻底不能用了",
    "感谢贵公司，让我又跑了一趟，真是好服务",
    "修了三次还是老样子，真棒，给你们点赞",
    "太棒了，第四次返修，我都快成你们员工了，谢谢",
    "厉害厉害，昨天刚修完今天又死机，必须好评",
    "Oh wonderful, it's leaking all over the floor again. Great job, well done 🙄",
    "Well done, you broke it again. Fantastic.",
    "Great, another week without a fridge. Brilliant service as always",
    "Thanks a lot, now it doesn't even turn on. Amazing work",
    "Great job, the pipe is leaking. Well done",
    "Fantastic. Third engineer and still no heating. Love it.",
    "Cheers for sending me the wrong part again. Superb.",
    "Thanks for nothing, brilliant repair",
    "Awesome repair job - it's making the same noise as before.",
]
MEANT = [
    "洗衣机修好了，不漏了，太棒了，谢谢师傅",
    "空调又凉快了，你们真给力",
    "服务真好，又耐心又专业",
    "修得真好，再也没坏过，点赞",
    "修完到现在一次都没漏过，靠谱",
    "没想到修得这么快，太棒了",
    "Brilliant service, you sorted it out in no time!",
    "Thank you so much for fixing the leak, it works perfectly again, great service",
    "Amazing work, the machine is as good as new, no longer leaking",
    "Love it! Great team, will use you again",
    "The food was wonderful, thank you!",
    "You turned it around, I'm really impressed. Thank you!",
]
MENDED = [
    touchpoint("complaint.opened", complaint_id="k", properties={"cause": "defect"}),
    touchpoint("agent.apologised", MINUTE, initiator="company", complaint_id="k"),
    touchpoint(
        "complaint.resolved", HOUR, initiator="company", complaint_id="k",
        properties={"outcome": "fixed", "satisfied": True},
    ),
]  # fmt: skip


def fires(text: str) -> int:
    reply = touchpoint("message.replied", 2 * DAY, channel="email", text=text)
    return len(signals(Lab().fold(*MENDED, reply), "repaired"))


@pytest.mark.parametrize("text", NOT_MEANT)
def test_praise_that_mocks_is_none(text: str) -> None:
    assert fires(text) == 0


@pytest.mark.parametrize("text", MEANT)
def test_praise_that_is_meant_is_told(text: str) -> None:
    assert fires(text) == 1


def test_what_failed_may_be_named_where_it_is_over() -> None:
    told = {text: heard_from(moment(touchpoint("message.replied", text=text))) for text in (NOT_MEANT[13], MEANT[8])}
    assert [heard is not None and sincere(heard) for heard in told.values()] == [False, True]
