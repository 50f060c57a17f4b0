"""By which channel and when, as far as the card asks for it; never by one of which there is no sign."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Touchpoint
from streams.alerts.reaching import Reach, known_ways, reach
from streams.customers.customer import Consent, Customer, Glimpse
from streams.customers.moment import Moment
from tests.streams.lab import DAY, HOUR, START, Lab, knowledge, touchpoint

NOON = START - START % DAY + 12 * HOUR
NIGHT = NOON + 11 * HOUR
QUIET_TYPE = knowledge().type_index["stalker_prey"]


def moment(at: int = NOON, now: Touchpoint | None = None, **known: Any) -> Moment:
    customer = Customer(offset_minutes=0, **known)
    return Moment(knowledge(), customer, "anna", at, "e", "e", now, None, (0, 0), [], {}, {})


def theirs(kind: str, channel: str) -> tuple[Glimpse, ...]:
    return (Glimpse(NOON - HOUR, kind, channel, "words"),)


def said(channel: str, kind: str = "chat.message", **fields: Any) -> Touchpoint:
    return touchpoint(kind, channel=channel, **fields)


def line(found: Reach | None) -> str | None:
    if found is None:
        return None
    clock = found.at.strftime(" %H:%M") if found.at else ""
    return f"{found.line.removeprefix('reach.')} {found.channel}{clock}".strip()


@pytest.mark.parametrize(
    ("how", "asked", "at", "says"),
    [
        pytest.param("none", moment(), "", None, id="nobody gets in touch"),
        pytest.param("any", moment(), "", "unknown", id="no sign of any channel"),
        pytest.param("any", moment(slots={"ways": "phone sms"}), "", "now sms", id="the best of those that are known"),
        pytest.param("any", moment(slots={"ways": "social"}), "", "public", id="in public only to ask them out of it"),
        pytest.param("any", moment(slots={"ways": "push"}), "", "unknown", id="a push without a yes"),
        pytest.param(
            "any", moment(consents={"push": Consent(0, True)}), "", "push", id="by push only to ask them to write"
        ),
        pytest.param(
            "any",
            moment(consents={"push": Consent(0, True)}, slots={"ways": "email push"}),
            "",
            "now email",
            id="no person writes a push",
        ),
        pytest.param("any", moment(NIGHT, slots={"ways": "email"}), "", "at email 08:00", id="not in quiet hours"),
        pytest.param("phone", moment(slots={"ways": "email phone"}), "", "now phone", id="a call"),
        pytest.param("phone", moment(NIGHT, slots={"ways": "phone"}), "", "at phone 08:00", id="a call in the morning"),
        pytest.param("phone", moment(slots={"ways": "email"}), "", "now email", id="no number"),
        pytest.param(
            "phone",
            moment(slots={"ways": "email phone"}, consents={"phone": Consent(0, False)}),
            "",
            "now email",
            id="calls are forbidden",
        ),
        pytest.param("phone_on_time", moment(slots={"ways": "phone"}), "", "at phone 12:00", id="at its own hour"),
        pytest.param("phone_on_time", moment(), "", "number phone 12:00", id="the number has to be found first"),
        pytest.param("where_asked", moment(now=said("social")), "", "now social", id="in public where it was asked"),
        pytest.param("where_asked", moment(NIGHT, now=said("email")), "", "now email", id="writing wakes nobody"),
        pytest.param("where_asked", moment(NIGHT, now=said("phone")), "", "at phone 08:00", id="a call does"),
        pytest.param("where_asked", moment(now=said("web")), "", "unknown", id="nobody answers in a form"),
        pytest.param(
            "where_asked",
            moment(recent=theirs("social.mentioned", "social"), slots={"ways": "email social"}),
            "social.mentioned",
            "now social",
            id="what has waited",
        ),
        pytest.param(
            "where_asked",
            moment(recent=theirs("chat.message", "chat"), slots={"ways": "chat", "preferred_channel": "phone"}),
            "chat.message",
            "now phone",
            id="as they prefer",
        ),
        pytest.param("with_us", moment(), "", "here store", id="at the place"),
        pytest.param("with_us", moment(now=said("phone", "call.ringing")), "", "line phone", id="on the line"),
        pytest.param("with_us", moment(now=said("web", "payment.failed")), "", "live web", id="on our pages"),
        pytest.param(
            "with_us",
            moment(now=said("phone", "call.ended"), slots={"ways": "phone"}),
            "",
            "now phone",
            id="they have rung off",
        ),
        pytest.param("any", moment(declared=QUIET_TYPE, slots={"ways": "email"}), "", "wait", id="wants quiet"),
        pytest.param(
            "phone",
            moment(declared=QUIET_TYPE, slots={"ways": "email"}, now=said("email", "complaint.opened")),
            "",
            "now email",
            id="wants quiet, and has come by themselves",
        ),
        pytest.param(
            "where_asked", moment(declared=QUIET_TYPE, now=said("chat")), "", "now chat", id="who asks is answered"
        ),
    ],
)  # fmt: skip
def test_how_they_are_reached(how: str, asked: Moment, at: str, says: str | None) -> None:
    assert line(reach(asked, how, "warning", at)) == says


@pytest.mark.parametrize(
    ("known", "ways"),
    [
        pytest.param({"slots": {"ways": "chat email"}}, {"chat", "email"}, id="used"),
        pytest.param({"slots": {"address": "12 Long Lane"}}, {"letter"}, id="an address"),
        pytest.param({"consents": {"sms": Consent(0, True)}}, {"sms", "phone"}, id="who takes texts has a telephone"),
        pytest.param({"slots": {"ways": "phone"}}, {"phone"}, id="not every telephone takes texts"),
        pytest.param({"consents": {"email": Consent(0, False)}}, set(), id="a no is no sign"),
    ],
)
def test_signs_of_a_way_to_reach_them(known: dict[str, Any], ways: set[str]) -> None:
    assert known_ways(Customer(**known)) - {""} == ways


def test_ways_are_what_they_used_and_by_which_we_reached_them() -> None:
    lab = Lab()
    ours: dict[str, Any] = {"initiator": "company"}
    lab.fold(
        touchpoint("chat.message", 0, text="hello"), touchpoint("web.viewed", 1, channel="web"),
        touchpoint("message.sent", 2, channel="sms", **ours), touchpoint("message.sent", 3, channel="email", **ours),
        touchpoint("message.bounced", 4, channel="email", **ours),
        touchpoint("contact.planned", 5, channel="letter", **ours),
    )  # fmt: skip
    assert lab.live().customer.slots["ways"] == "chat sms"


@pytest.mark.parametrize(
    ("life", "language"),
    [
        pytest.param([{"text": "我的单子怎么还没发货"}], "zh", id="as they write"),
        pytest.param(
            [{"text": "我的单子怎么还没发货"}, {"text": "Where is my parcel?"}], "en", id="as they write last"
        ),
        pytest.param([{"text": "我的单子怎么还没发货"}, {"text": "ok"}], "zh", id="what says nothing changes nothing"),
        pytest.param([{"text": "我的单子", "language": "en"}], "en", id="never over what was told"),
        pytest.param([{"text": "hello", "language": "en"}, {"text": "我的单子"}], "en", id="nor later"),
        pytest.param([{"text": "我的单子"}, {"text": "好", "language": "en"}], "en", id="what is told later wins"),
        pytest.param([{"text": "hello", "language": "zh_CN"}], "zh", id="as Java writes it"),
        pytest.param([{"text": "hello", "language": "zh-Hans-CN"}], "zh", id="with script and country"),
        pytest.param([{"text": "我的单子", "language": "und"}], "zh", id="not told, in so many words"),
        pytest.param([{"text": "我的单子", "initiator": "company"}], "en", id="our own words say nothing"),
    ],
)
def test_the_language_of_who_was_told_none(life: list[dict[str, Any]], language: str) -> None:
    lab = Lab()
    lab.fold(*(touchpoint("chat.message", n, **each) for n, each in enumerate(life)))
    assert moment(**{name: getattr(lab.live().customer, name) for name in ("slots", "language")}).language == language


def test_every_way_of_reaching_is_used_by_some_signal() -> None:
    used = {rule.reach for rule in knowledge().signals.values()}
    assert used == {"any", "phone", "phone_on_time", "where_asked", "with_us", "none"}
    assert msgspec.structs.asdict(knowledge().signals["harassed"])["reach"] == "none"
