from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Alert, AlertChange, Signal, Touchpoint
from streams.signals.unanswered import Question, Unanswered, Waiting
from tests.streams.lab import DAY, HOUR, MINUTE, SECOND, START, Lab, of, signals, tick, touchpoint


def asked(at: int = 0, **fields: Any) -> Touchpoint:
    return touchpoint("chat.message", at, text="hello", **fields)


def answer(at: int, **fields: Any) -> Touchpoint:
    return touchpoint("chat.message", at, initiator="company", **fields)


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        pytest.param([asked(), tick(2 * MINUTE - 1)], 0, id="inside the norm"),
        pytest.param([asked(), tick(2 * MINUTE)], 1, id="the norm is over"),
        pytest.param([asked(), answer(2 * MINUTE), tick(3 * MINUTE)], 0, id="an answer at the edge is in time"),
        pytest.param([asked(), answer(2 * MINUTE + 1), tick(3 * MINUTE)], 1, id="an answer just after it is not"),
        pytest.param([asked(), asked(MINUTE), tick(10 * MINUTE)], 1, id="two lines without a session are one question"),
        pytest.param([asked(), asked(3 * MINUTE), asked(DAY - 1), tick(2 * DAY)], 1, id="also when it is overdue"),
        pytest.param([asked(), asked(DAY), tick(2 * DAY)], 2, id="a day later it is another"),
        pytest.param([asked(), answer(MINUTE), asked(MINUTE + 1), tick(10 * MINUTE)], 1, id="and so is what follows"),
        pytest.param([asked(), asked(MINUTE, session_id="s"), tick(10 * MINUTE)], 2, id="a session is its own matter"),
        pytest.param(
            [asked(session_id="s"), asked(MINUTE, session_id="s"), tick(10 * MINUTE)], 1, id="one session is one"
        ),
        pytest.param(
            [asked(session_id="s"), answer(MINUTE, session_id="t"), tick(HOUR)], 1, id="an answer to something else"
        ),
        pytest.param(
            [asked(session_id="s", order_id="o"), answer(MINUTE, session_id="s"), tick(HOUR)], 0,
            id="an answer in the session, whatever the question names",
        ),
        pytest.param(
            [asked(session_id="s", order_id="o"), answer(MINUTE, session_id="s", order_id="p"), tick(HOUR)], 0,
            id="and whatever the answer names",
        ),
        pytest.param(
            [asked(session_id="s", order_id="o"), answer(MINUTE, session_id="t"), tick(HOUR)], 1,
            id="not in another session",
        ),
        pytest.param(
            [asked(session_id="s", order_id="o"), asked(1, session_id="t", order_id="o"),
             answer(MINUTE, session_id="t"), tick(HOUR)], 0, id="in the session in which it was asked last",
        ),
        pytest.param(
            [asked(session_id="s"), touchpoint("agent.noted", MINUTE, initiator="company"), tick(HOUR)], 1,
            id="a private note is no answer",
        ),
        pytest.param(
            [asked(), touchpoint("message.sent", MINUTE, initiator="company", channel="email",
                                 properties={"purpose": "service", "template": "receipt"}), tick(HOUR)], 1,
            id="an automatic mail is no answer",
        ),
        pytest.param(
            [asked(), touchpoint("message.sent", MINUTE, initiator="company", channel="email",
                                 properties={"purpose": "service"}), tick(HOUR)], 0,
            id="a mail written by a person is one",
        ),
        pytest.param([answer(5 * MINUTE), asked(MINUTE), tick(HOUR)], 0, id="late, answered already"),
        pytest.param([asked(), asked(), tick(HOUR)], 1, id="redelivered"),
        pytest.param(
            [touchpoint("social.mentioned", channel="social"), tick(HOUR - 1)], 0, id="a mention has an hour"
        ),
        pytest.param([touchpoint("social.mentioned", channel="social"), tick(HOUR)], 1, id="and no more"),
        pytest.param([touchpoint("complaint.opened", complaint_id="k"), tick(4 * HOUR)], 1, id="a complaint has four"),
        pytest.param(
            [touchpoint("complaint.opened", complaint_id="k"),
             touchpoint("agent.apologised", HOUR, initiator="company", complaint_id="k"), tick(5 * HOUR)], 0,
            id="an apology is contact",
        ),
    ],
)  # fmt: skip
def test_fires_when_nobody_answers(life: list[Touchpoint], expected: int) -> None:
    assert len([s for s in of(Lab().fold(*life), Signal) if s.name == "unanswered"]) == expected


def mention(at: int = 0, text: str = "@shop where is my parcel?", **fields: Any) -> Touchpoint:
    return touchpoint("social.mentioned", at, channel="social", text=text, **fields)


PRAISE = "@shop Wonderful staff, thank you so much!"


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        pytest.param([mention(), mention(HOUR // 2, "@shop hello?")], [(0, None)], id="two mentions are one question"),
        pytest.param([mention(), mention(3 * HOUR, "@shop still nothing")], [(0, None)], id="also when it is overdue"),
        pytest.param([mention(), mention(DAY, "@shop and today?")], [(0, None), (DAY, None)], id="a day later another"),
        pytest.param([mention(), asked(MINUTE)], [(MINUTE, None), (0, None)], id="a chat is another talk"),
        pytest.param(
            [mention(order_id="o"), mention(MINUTE, order_id="p")], [(0, None), (MINUTE, None)], id="two orders are two"
        ),
        pytest.param([mention(0, PRAISE)], [(0, "glad")], id="praise is thanked"),
        pytest.param([mention(0, PRAISE), mention(MINUTE)], [(MINUTE, None)], id="a question soon after counts"),
        pytest.param(
            [mention(0, PRAISE), mention(2 * HOUR)], [(0, "glad"), (2 * HOUR, None)], id="later it is one of its own"
        ),
        pytest.param([mention(), mention(MINUTE, PRAISE)], [(0, None)], id="praise behind a question answers nothing"),
        pytest.param(
            [asked(session_id="s"), touchpoint("chat.message", MINUTE, text=PRAISE, session_id="s")], [(0, None)],
            id="in a session, too",
        ),
        pytest.param(
            [touchpoint("chat.message", 0, text=PRAISE, session_id="s"), asked(HOUR, session_id="s")],
            [(0, "glad"), (HOUR, None)], id="a question in the session of a thank-you breaks its quiet",
        ),
    ],
)  # fmt: skip
def test_words_without_a_matter_are_one_and_praise_is_no_question(
    life: list[Touchpoint], expected: list[tuple[int, str | None]]
) -> None:
    found = signals(Lab().fold(*life, tick(2 * DAY)), "unanswered")
    at = {touchpoint.event_id: touchpoint.occurred_at - START for touchpoint in life}
    assert [(at[each.because[0].event_id], each.values.get("tone")) for each in found] == expected
    assert [each.severity for each in found] == ["warning" if tone is None else "info" for _, tone in expected]


def test_the_card_of_praise_thanks_back_and_asks_no_pardon() -> None:
    alerts = of(Lab().fold(mention(0, PRAISE), tick(2 * HOUR)), Alert)
    lines = " ".join(line for alert in alerts for line in (*alert.card.do, *alert.card.do_not))
    assert "Thank" in lines
    assert "Sorry" not in lines
    assert all("[may be mentioned]" in alert.card.recent[0] for alert in alerts)


def test_is_dated_to_the_moment_it_was_due_and_names_the_question() -> None:
    lab = Lab()
    (signal,) = of(lab.fold(asked(event_id="q"), tick(5 * MINUTE)), Signal)
    assert signal.at - asked().occurred_at == 2 * MINUTE
    assert [b.event_id for b in signal.because] == ["q"]


def test_alerts_each_team_once_and_an_answer_closes_the_case() -> None:
    lab = Lab()
    alerts = of(lab.fold(asked(session_id="s"), tick(3 * MINUTE)), Alert)
    assert {a.team for a in alerts} == {"agent-desk", "social-care"}
    changes = of(lab.fold(answer(4 * MINUTE, session_id="s")), AlertChange)
    assert {(c.alert_id, c.state, c.reason) for c in changes} == {(a.id, "closed", "answered") for a in alerts}
    assert lab.live().customer.cases == ()


def test_a_timer_that_is_set_too_late_fires_at_the_next_tick() -> None:
    lab = Lab()
    lab.fold(tick(HOUR))
    assert of(lab.fold(asked(0)), Signal) == []
    assert len(of(lab.fold(tick(HOUR + SECOND)), Signal)) == 1


def thanked(at: int, **fields: Any) -> Touchpoint:
    return touchpoint("chat.message", at, text="好的，谢谢啦😊", **fields)


def promo(at: int, channel: str = "sms") -> Touchpoint:
    facts = {"purpose": "promo", "template": "spring"}
    return touchpoint("message.sent", at, channel=channel, initiator="company", properties=facts)


def declined(at: int, text: str = "不用了谢谢", channel: str = "sms") -> Touchpoint:
    return touchpoint("message.replied", at, channel=channel, text=text)


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        pytest.param(
            [asked(session_id="s"), answer(MINUTE, session_id="s"), thanked(2 * MINUTE, session_id="s")], 0,
            id="thanks for the answer",
        ),
        pytest.param([thanked(0, session_id="s")], 1, id="thanks as the first word of a session"),
        pytest.param(
            [asked(session_id="s"), answer(MINUTE, session_id="s"), thanked(2 * MINUTE, session_id="t")], 1,
            id="of another session, too",
        ),
        pytest.param(
            [asked(session_id="s"), answer(MINUTE), thanked(2 * MINUTE, session_id="s")], 0,
            id="an answer that names no session counts in its channel",
        ),
        pytest.param([asked(), answer(MINUTE), thanked(DAY)], 0, id="for a day"),
        pytest.param([asked(), answer(MINUTE), thanked(DAY + MINUTE)], 1, id="and no longer"),
        pytest.param(
            [asked(session_id="s"), thanked(MINUTE, session_id="s")], 1, id="thanks answer no question that is open"
        ),
        pytest.param(
            [asked(session_id="s"), answer(MINUTE, session_id="s"), asked(2 * MINUTE, session_id="s"),
             thanked(2 * MINUTE + 1, session_id="s")], 1, id="nor one that came after our answer",
        ),
        pytest.param(
            [answer(5 * MINUTE, session_id="s"), thanked(6 * MINUTE, session_id="s"), thanked(4 * MINUTE)], 0,
            id="late, before our last word: answered already",
        ),
        pytest.param([promo(0), declined(5 * MINUTE)], 0, id="a polite no to a promotion"),
        pytest.param([promo(0), declined(9 * DAY, "no thanks, I'm fine")], 0, id="whenever it comes"),
        pytest.param([promo(0), declined(5 * MINUTE, "不用了，什么时候有红色的？")], 1, id="a question with it"),
        pytest.param([promo(0, "email"), declined(5 * MINUTE)], 1, id="we wrote by another channel"),
        pytest.param([declined(5 * MINUTE)], 1, id="nobody wrote"),
        pytest.param(
            [promo(0), touchpoint("complaint.opened", MINUTE, channel="sms", complaint_id="k", text="好的，谢谢")], 1,
            id="a complaint is one, whatever it says",
        ),
    ],
)  # fmt: skip
def test_a_goodbye_needs_no_answer(life: list[Touchpoint], expected: int) -> None:
    assert len([s for s in of(Lab().fold(*life, tick(12 * DAY)), Signal) if s.name == "unanswered"]) == expected


def test_a_state_of_before_is_read_and_where_we_spoke_outlives_a_merge() -> None:
    state = Waiting((Question("session:s", True, "chat.message", 5),), 3)
    older = msgspec.msgpack.encode(list(msgspec.structs.astuple(state))[:-1])
    assert msgspec.msgpack.decode(older, type=Waiting) == state
    merged = Unanswered().merge(Waiting(spoken={"sms": 2}), Waiting(spoken={"sms": 1, "session:t": 1}))
    assert merged.spoken == {"session:t": 1, "sms": 2}


def about(order: str, at: int, kind: str = "chat.message", **fields: Any) -> Touchpoint:
    return touchpoint(kind, at, order_id=order, text="my order?", **fields)


@pytest.mark.parametrize(
    ("life", "fired"),
    [
        pytest.param([about("o", 0), about("o", 6 * DAY)], [2 * MINUTE], id="quiet for a week"),
        pytest.param([about("o", 0), about("o", 7 * DAY - 1)], [2 * MINUTE], id="a breath before its end"),
        pytest.param([about("o", 0), about("o", 7 * DAY)], [2 * MINUTE, 7 * DAY + 2 * MINUTE], id="at its end"),
        pytest.param(
            [about("o", 0), about("o", 6 * DAY + HOUR, "message.replied", channel="email")],
            [2 * MINUTE, 7 * DAY + HOUR], id="words whose own norm ends after it",
        ),
        pytest.param(
            [about("o", 0), answer(HOUR, order_id="o"), about("o", DAY), about("o", 8 * DAY)],
            [2 * MINUTE, 8 * DAY + 2 * MINUTE], id="quiet, since an earlier question of the matter was told",
        ),
        pytest.param([about("o", 0), about("p", DAY)], [2 * MINUTE, DAY + 2 * MINUTE], id="another matter"),
        pytest.param(
            [about("o", 0), about("o", 8 * DAY), answer(8 * DAY + MINUTE, order_id="o")], [2 * MINUTE],
            id="answered the second time",
        ),
    ],
)  # fmt: skip
def test_who_was_never_answered_is_heard_again(life: list[Touchpoint], fired: list[int]) -> None:
    lab = Lab()
    lines = [each for line in life for each in (tick(line.occurred_at - START), line)]
    found = signals([out for each in (*lines, tick(9 * DAY)) for out in lab.fold(each)], "unanswered")
    assert [each.at - START for each in found] == fired
