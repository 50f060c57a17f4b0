"""What a card says beside what happened: how to reach them, how far staff may go, what may be mentioned."""

from __future__ import annotations

import msgspec
import pytest

from schemas.records import Alert, Touchpoint
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, of, tick, touchpoint


def told(*life: Touchpoint, language: str = "en") -> Alert:
    lab = Lab()
    ask = touchpoint("chat.message", DAY, text="hello?", session_id="s", language=language)
    alerts = of(lab.fold(*life, ask, tick(DAY + HOUR)), Alert)
    return next(a for a in alerts if a.team == "agent-desk")


@pytest.mark.parametrize(
    ("kind", "fields", "mark"),
    [
        pytest.param("purchase.made", {"channel": "pos", "item_id": "tea"}, "[may be mentioned]", id="bought"),
        pytest.param("web.viewed", {"channel": "web"}, "[use silently]", id="what they looked at"),
        pytest.param("social.posted", {"channel": "social", "text": "my secret"}, "[never mention]", id="their posts"),
        pytest.param(
            "purchase.made", {"channel": "pos", "item_id": "pills", "category": "medicine"}, "[never mention]",
            id="of a sensitive category",
        ),
    ],
)  # fmt: skip
def test_each_fact_says_whether_it_may_be_mentioned(kind: str, fields: dict[str, str], mark: str) -> None:
    card = told(touchpoint(kind, DAY - HOUR, **fields)).card
    assert len(card.recent) <= 3
    assert card.recent[1].endswith(mark)
    assert "secret" not in card.recent[1]
    assert "pills" not in card.recent[1]


def test_the_limits_of_authority_are_the_teams() -> None:
    lab = Lab()
    alerts = of(lab.fold(touchpoint("chat.message", 0, text="hello?"), tick(HOUR)), Alert)
    lines = {a.team: a.card.do[-1] for a in alerts}
    assert "50 GBP" in lines["agent-desk"]
    assert "30 GBP" in lines["social-care"]


@pytest.mark.parametrize(
    ("place", "limit"),
    [
        pytest.param("lon-01", "50 GBP", id="the base currency"),
        pytest.param("sha-01", "450 CNY", id="in round numbers, and never more"),
        pytest.param("somewhere", "50 GBP", id="a place that nobody has named"),
    ],
)
def test_limits_are_in_the_currency_of_the_place(place: str, limit: str) -> None:
    bought = touchpoint("purchase.made", HOUR, channel="pos", location_id=place)
    assert f"up to {limit} without asking" in told(bought).card.do[-1]


@pytest.mark.parametrize(
    ("language", "paid", "place", "limit"),
    [
        pytest.param("zh", None, None, "450 CNY", id="of their language, where nothing else is known"),
        pytest.param("en", None, None, "50 GBP", id="the base, where that tells nothing"),
        pytest.param("zh", "GBP", None, "50 GBP", id="in which they buy, though others of their language do not"),
        pytest.param("en", "USD", "lon-01", "64 USD", id="in which they buy, wherever they were"),
        pytest.param("en", "XTS", "sha-01", "450 CNY", id="a currency without a rate tells nothing"),
        pytest.param("zh", None, "lon-01", "50 GBP", id="of the place before that of the language"),
    ],
)
def test_limits_are_in_the_currency_in_which_they_buy(
    language: str, paid: str | None, place: str | None, limit: str
) -> None:
    lab = Lab()
    lab.fold(touchpoint("profile.updated", 0, channel="web", properties={"fields": {"language": language}}))
    if paid:
        lab.fold(touchpoint("purchase.made", HOUR, channel="web", amount=20, currency=paid))
    if place:
        lab.fold(touchpoint("store.visited", 2 * HOUR, channel="store", location_id=place))
    lab.fold(touchpoint("chat.message", DAY, text="hello?"), tick(DAY + HOUR))
    assert any(
        limit in line for alert in of(lab.outputs, Alert) for line in alert.card.do if alert.team == "agent-desk"
    )


@pytest.mark.parametrize(
    ("life", "line"),
    [
        pytest.param([], "Reach them by chat, now", id="where they write, at once"),
        pytest.param(
            [touchpoint("profile.updated", 0, channel="web", properties={"fields": {"preferred_channel": "phone"}})],
            "Reach them by phone, now", id="as they prefer",
        ),
        pytest.param(
            [touchpoint("profile.updated", 0, channel="web", properties={"fields": {"time_zone": "Asia/Shanghai"}})],
            "Reach them by chat, now", id="who waits in a chat is awake",
        ),
        pytest.param(
            [
                touchpoint("consent.changed", 0, channel="web", properties={"scope": "phone", "granted": False}),
                touchpoint("profile.updated", 0, channel="web", properties={"fields": {"preferred_channel": "phone"}}),
            ],
            "Reach them by chat, now", id="not where they said no",
        ),
    ],
)  # fmt: skip
def test_the_card_says_by_which_channel_and_when(life: list[Touchpoint], line: str) -> None:
    lab = Lab()
    # 2026-05-29T09:00 UTC
    ask = touchpoint("chat.message", 12 * HOUR + 33 * MINUTE + 20_000, text="hello?", session_id="s")
    late = "Shanghai" in str(life)
    if late:
        ask = touchpoint("chat.message", 20 * HOUR, text="hello?", session_id="s")
    alert = next(a for a in of(lab.fold(*life, ask, tick(21 * HOUR)), Alert) if a.team == "agent-desk")
    found = next(each for each in alert.card.do if each.startswith("Reach"))
    assert found.startswith(line)


def test_an_answer_goes_where_it_was_asked_even_at_night() -> None:
    home = touchpoint("profile.updated", 0, channel="web", properties={"fields": {"time_zone": "Asia/Shanghai"}})
    asked = touchpoint("complaint.opened", 16 * HOUR, channel="email", text="It is broken", properties={"case_id": "c"})
    alerts = of(Lab().fold(home, asked, tick(21 * HOUR)), Alert)
    do = next(each for each in alerts if each.team == "agent-desk" and "Answer now" in each.card.do[0]).card.do
    assert [line for line in do if line.startswith("Reach")] == ["Reach them by e-mail, now"]


def test_a_caution_that_is_there_already_is_not_said_twice() -> None:
    alert = told(*(
        touchpoint("complaint.opened", n * HOUR, channel="email", text="You cheated me, this is unfair", language="en",
                   complaint_id="k", properties={"policy_id": "returns"}) for n in range(3)
    ))  # fmt: skip
    lines = alert.card.do_not
    assert not [(a, b) for a in lines for b in lines if a is not b and a.rstrip(".") in b]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_card_stays_under_four_kilobytes_in_both_languages(language: str) -> None:
    words = "等了太久了" * 400 if language == "zh" else "waiting and waiting " * 400
    life = [
        touchpoint("chat.message", DAY - n * MINUTE, text=words, session_id="s", language=language) for n in range(5)
    ]
    alert = told(*life, language=language)
    assert alert.language == language
    assert len(msgspec.json.encode(alert.card)) < 4096
