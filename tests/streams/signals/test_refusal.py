"""What a reply to a message takes back, and what it asks."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.records import Decision, Touchpoint
from tests.streams.lab import DAY, HOUR, MINUTE, SECOND, Lab, of, signals, tick, touchpoint


def replied(text: str, at: int = HOUR, channel: str = "sms", **fields: Any) -> Touchpoint:
    return touchpoint("message.replied", at, channel=channel, text=text, **fields)


def yes(channel: str = "sms", at: int = 0) -> Touchpoint:
    facts = {"scope": channel, "granted": True}
    return touchpoint("consent.changed", at, event_id=f"yes {channel} {at}", channel="app", properties=facts)


def promo(at: int = 40 * DAY + 16 * HOUR, channel: str = "sms", purpose: str = "promo") -> Touchpoint:
    facts = {"contact_id": f"{channel} {at}", "purpose": purpose}
    return touchpoint("contact.planned", at, channel=channel, initiator="company", properties=facts)


def refused(text: str, channel: str = "sms") -> bool:
    lab = Lab()
    (decision,) = of(lab.fold(yes(channel), replied(text, channel=channel), promo(channel=channel)), Decision)
    taken_back = lab.live().customer.consents[channel].granted is False
    noes = lab.live().states.get("harassed.1")
    assert ("opted_out" in decision.reasons) == taken_back, "the gate and the card know the same"
    assert taken_back == (noes is not None and len(noes.at) == 1), "and for `harassed` it is one no"
    return taken_back


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop.",
        "Stop!!!",
        "STOP 🛑",
        " “Stop” ",
        "Please stop",
        "I said STOP!",
        "stop stop",
        "STOPALL",
        "Stop all",
        "UNSUBSCRIBE",
        "CANCEL",
        "End.",
        "quit",
        "opt-out",
        "STOP\nSent from my phone",
        "STOP. You have the wrong number.",
        "TD",
        "t",
        "ＴＤ",
        "Ｔ。",
        "退订",
        "退訂",
        "请退订，谢谢",
        "取消订阅",
        "我要退订",
        "回T",
        "R",
        "说了别再给我发了！怎么有我的号码的？",
        "别发了",
        "stop texting me, I asked you last week",
        "How do I unsubscribe?",
        "plz unsub",
        "pls stop",
        "dnt msg me agn",
        "take my number off ur database thx",
        "i dont want ur promos",
        "stahp callin me",
        "Kindly do not trouble me with such messages",
        "pls put me on DND list",
        "唔好再send廣告俾我",
        "咪再打嚟喇",
        "唔該退訂",
        "唔好成日sms我",
        "我妈走了，请别再给她发短信了",
        "老爷子不在了，以后不用寄了",
        "我媽過身咗，請勿再寄信俾佢",
        "唔該唔好再煩我",
        "发错人了",
        "我撤回同意",
        "This is a child's phone, please don't text it again",
        "wrong number mate, dont text this again",
        "do not contact this number",
        "She passed away in May. Please don't write to her any more",
        "Kindly refrain from calling, I am not interested in any policy",
        "quit blowing up my phone",
        "Alan passed away last week. Please take him off your mailing list, I can't bear another one of these.",
    ],
)
def test_a_stop_word_or_a_wish_to_be_left_alone_takes_the_channel_back(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "The bus stop is closed",
        "Don't stop what you do",
        "Can you stop by tomorrow?",
        "Stop the delivery please",
        "cancel my appointment",
        "The end of the story",
        "T T",
        "start",
        "yes",
        "好的",
        "谢谢",
        "不用退订",
        "你们没有骚扰我，很好",
        "订单退了",
        "到站了吗",
        "dont trouble me when im at work, email instead",
        "stop sending me the wrong size",
        "唔好send錯地址",
        "唔好打電話，whatsapp我就得",
        "can u msg me the tracking pls",
        "r u open",
        "don't call him yet, he's asleep",
        "please don't call her, it's a surprise",
        "please don't send them the wrong size again",
        "别给我妈打电话，打给我",
        "别打扰他睡觉，放门口",
        "请勿再发同样的款",
        "老爷子不在家，放门口就行",
        "My mother died last week and I need to change the name on the account",
    ],
)
def test_what_only_sounds_like_it_takes_nothing_back(text: str) -> None:
    assert not refused(text)


def test_outside_of_text_messages_a_bare_cancel_may_be_of_an_appointment() -> None:
    assert refused("Cancel")
    assert not refused("Cancel", "email")


def test_it_covers_what_an_unsubscription_covers_and_a_later_yes_counts() -> None:
    lab = Lab()
    plans = [promo(2 * DAY, "sms", "service"), promo(3 * DAY, "sms", "care"), promo(4 * DAY, "email")]
    life = [yes(), yes("email"), replied("STOP"), *plans, yes(at=5 * DAY), promo()]
    found = of(lab.fold(*life), Decision)
    assert ["opted_out" in each.reasons for each in found] == [False, True, False, False]


def test_ours_is_no_reply() -> None:
    lab = Lab()
    lab.fold(yes(), replied("STOP", initiator="company"))
    assert lab.live().customer.granted("sms")


@pytest.mark.parametrize(
    ("life", "fires"),
    [
        pytest.param([replied("STOP")], 0, id="once"),
        pytest.param([replied("STOP"), replied("STOP", 2 * HOUR)], 1, id="twice"),
        pytest.param(
            [replied("STOP"), touchpoint("message.unsubscribed", HOUR + 2 * SECOND, channel="sms")],
            0,
            id="what the provider makes of it is the same act",
        ),
        pytest.param(
            [replied("CANCEL"), touchpoint("message.unsubscribed", HOUR + 2 * MINUTE, channel="email")],
            1,
            id="two acts",
        ),
    ],
)
def test_a_refusal_by_reply_is_one_no(life: list[Touchpoint], fires: int) -> None:
    assert len(signals(Lab().fold(*life, tick(3 * DAY)), "harassed")) == fires


@pytest.mark.parametrize(
    ("reply", "asks"),
    [
        pytest.param(replied("STOP"), 0, id="a stop word"),
        pytest.param(replied("说了别再给我发了！怎么有我的号码的？"), 0, id="a wish"),
        pytest.param(replied("stop texting me", order_id="o-1"), 1, id="it names an order"),
        pytest.param(replied("别发了", complaint_id="k-1"), 1, id="or a complaint"),
        pytest.param(replied("Stop sending ads, my parcel still hasn't arrived!"), 1, id="a worry with it"),
        pytest.param(replied("别再发广告了，我的包裹一直没收到，很着急"), 1, id="a worry with it, in Chinese"),
        pytest.param(replied("Stop sending me ads. Where is my order?"), 1, id="a question with it"),
        pytest.param(replied("别再发广告了，我的退款什么时候到账？"), 1, id="a question with it, in Chinese"),
        pytest.param(replied("Do you have it in blue?"), 1, id="a question"),
        pytest.param(replied("Stop writing to my late aunt and let us know what to do"), 1, id="to be told something"),
        pytest.param(
            replied("Email me a copy of the contract, and no more offers please"), 1, id="to be sent something"
        ),
        pytest.param(replied("請不要再寄廣告給他，另外請告知需要什麼文件"), 1, id="to be told something, traditional"),
        pytest.param(replied("麻煩補一張發票，還有別再發短信了"), 1, id="to be sent something, traditional"),
        pytest.param(replied("Stop sending me the newsletter, how many times do I have to say it?"), 0, id="a reproof"),
        pytest.param(replied("别再给我发短信了，听不懂吗？"), 0, id="a reproof, in Chinese"),
    ],
)
def test_who_wants_no_more_waits_for_no_answer(reply: Touchpoint, asks: int) -> None:
    assert len(signals(Lab().fold(reply, tick(2 * DAY)), "unanswered")) == asks


def said(kind: str, text: str, channel: str = "chat") -> Touchpoint:
    return touchpoint(kind, HOUR, channel=channel, text=text)


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        pytest.param(said("chat.message", "please don't call me again"), {"phone"}, id="chat, the telephone"),
        pytest.param(said("call.started", "no more newsletters please", "phone"), {"email"}, id="call, mail"),
        pytest.param(said("complaint.opened", "stop texting and calling me", "web"), {"phone", "sms"}, id="two"),
        pytest.param(said("social.mentioned", "@shop 别再发短信了", "social"), {"sms"}, id="mention, in Chinese"),
        pytest.param(said("social.mentioned", "唔好再打扰我，別再打擾我", "social"), set(), id="打擾 is no telephone"),
        pytest.param(said("feedback.rated", "Stop spamming me", "app"), set(), id="no channel is named"),
        pytest.param(
            said("chat.message", "stop sending me this. My phone number is new"), set(), id="another sentence"
        ),
        pytest.param(said("chat.message", "can you call me about my text?"), set(), id="a wish for a call"),
        pytest.param(said("chat.message", "you never bother me with emails, I like that"), set(), id="praise"),
        pytest.param(replied("stop calling me", channel="sms"), {"phone", "sms"}, id="a reply, and what it names"),
    ],
)
def test_who_names_a_channel_takes_it_back_wherever_they_say_it(line: Touchpoint, gone: set[str]) -> None:
    lab, channels = Lab(), ("email", "phone", "sms")
    plans = [promo(2 * DAY + n, channel) for n, channel in enumerate(channels)]
    found = of(lab.fold(*[yes(channel) for channel in channels], line, *plans), Decision)
    refused = {c for c, each in zip(channels, found, strict=True) if "opted_out" in each.reasons}
    assert refused == gone
    assert {c for c in channels if lab.live().customer.consents[c].granted is False} == gone


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        pytest.param(said("call.started", "quit phoning us, will you", "phone"), 1, id="call"),
        pytest.param(said("call.ended", "别再打电话来了", "phone"), 1, id="what was said in a call"),
        pytest.param(said("complaint.reopened", "I told you: no more messages", "web"), 1, id="complaint"),
        pytest.param(said("feedback.rated", "不要再给我发广告了", "app"), 1, id="rating"),
        pytest.param(said("complaint.opened", "Late again. Enough.", "web"), 0, id="enough of late parcels"),
        pytest.param(said("social.mentioned", "can't stop smiling, thanks @shop", "social"), 0, id="praise"),
        pytest.param(touchpoint("call.started", HOUR, channel="phone", initiator="company", text="stop calling me"),
                     0, id="our own words"),
    ],
)  # fmt: skip
def test_a_no_is_one_wherever_it_is_said(line: Touchpoint, fires: int) -> None:
    assert len(signals(Lab().fold(touchpoint("message.unsubscribed", 0, channel="email"), line), "harassed")) == fires
