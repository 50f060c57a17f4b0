"""The simulated people of the example: who they are, what they say, and how their stories go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Player(NamedTuple):
    """`location_id` is of `knowledge/places.yaml`; `offset` in minutes east, as their own clock has it. `mood`: of
    `MOODS`, what they say when they speak their mind; who has none only asks."""

    customer_id: str
    language: str
    offset: int
    location_id: str
    mood: str = ""


ANNA = Player("sim-anna", "en", 0, "lon-01", "fond")
TOM = Player("sim-tom", "en", 0, "lon-02")
GRACE = Player("sim-grace", "en", 0, "lon-01")
OLIVER = Player("sim-oliver", "en", 0, "lon-02", "furious")
MEI = Player("sim-mei", "zh", 480, "sha-01", "fond")
WANG = Player("sim-wang", "zh", 480, "bei-01")
LIU = Player("sim-liu", "zh", 480, "sha-02")
ZHAO = Player("sim-zhao", "zh", 480, "sha-01", "gone")

CAST: tuple[Player, ...] = (ANNA, TOM, GRACE, OLIVER, MEI, WANG, LIU, ZHAO)

QUESTIONS = {
    "en": (
        "Hello, is anyone there? I need to know before I leave for work.",
        "Which size would you take for a ten-year-old?",
        "Can I pick the order up in the shop this evening?",
        "My voucher is not accepted, what am I doing wrong?",
    ),
    "zh": (
        "在吗？我想问一下今天晚上能不能到店自提？",
        "请问十岁的孩子穿多大码？",
        "优惠码输了没反应，怎么回事？",
        "你好，订单地址可以改吗？",
    ),
}

ANSWERS = {
    "en": ("I have looked it up for you: yes, we keep it for you until eight.", "Done, you get a mail in a minute."),
    "zh": ("帮您查好了，可以的，给您留到晚上八点。", "已经帮您改好了，一会儿会收到短信。"),
}

FONDNESS = {
    "en": (
        "I love this shop, I have bought nothing else for four years and I won't change.",
        "You are the only ones I trust with this, loyal for life.",
        "My whole family only uses yours. We love it.",
    ),
    "zh": (
        "家里四年了一直用你们的，认准你们家了。",
        "真的很爱你们家，一辈子都用，从来没失望过。",
        "我妈妈也一直用，就认这个牌子。",
    ),
}

FURY = {
    "en": (
        "Broken again, and nobody wants to know. You are scammers.",
        "Worst shop ever, never again, I will tell everyone to boycott you.",
        "You lied to me about the refund. Never again.",
    ),
    "zh": (
        "又是坏的，还没人管，骗子！",
        "最垃圾的店，再也不买了，大家都来抵制。",
        "退款的事骗我，再也不会来了。",
    ),
}

FAREWELL = {
    "en": (
        "I used to love you. After this I am so disappointed, goodbye.",
        "You lost a customer. I wrote twice and got a voucher instead of an answer.",
    ),
    "zh": (
        "以前那么喜欢你们，现在真的心寒，失望透了。",
        "写了两次没人回，最后一次了，不会再来。",
    ),
}

MOODS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"fond": FONDNESS, "furious": FURY, "gone": FAREWELL}
