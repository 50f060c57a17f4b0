from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Alert, Shift, Touchpoint
from streams.relationships.habits import VOICES
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, knowledge, of, touchpoint


def said(text: str, at: int = 0, **fields: Any) -> Touchpoint:
    fields = {"channel": "email", "initiator": "customer", **fields}
    return touchpoint("message.replied", at, event_id=f"{text}{at}{fields.get('session_id')}", text=text, **fields)


def shifts(*life: Touchpoint) -> list[tuple[str, str]]:
    return [(s.from_, s.to) for s in of(Lab().fold(*life), Shift)]


PARTNER = ["认准你们家，一直用", "一辈子只用你们的，死忠", "一如既往地好，认准这个牌子", "一辈子就用你们的"]
ENEMY = ["worst company, scam", "never again, boycott them", "total scam, worst ever"]


def test_loyal_words_over_time_make_a_partner() -> None:
    assert shifts(*(said(text, n * DAY) for n, text in enumerate(PARTNER))) == [
        ("complete_stranger", "marriage_partner")
    ]


def test_attacks_make_an_enemy_and_somebody_hears_of_it() -> None:
    outputs = Lab().fold(*(said(text, n * DAY) for n, text in enumerate(ENEMY)))
    (shift,) = of(outputs, Shift)
    assert shift.to == "enemy"
    assert 0.55 <= shift.probability <= 1
    assert 1 <= len(shift.because) <= 3
    (alert,) = [a for a in of(outputs, Alert) if a.signals == (shift.id,)]
    assert alert.team == "conflict"
    assert "enemy" not in alert.card.who.lower()


HURT = ["我是你们的老客户了，这次真的很伤心", "As a loyal customer I am so disappointed in you"]


@pytest.mark.parametrize("text", HURT)
def test_who_only_says_that_they_were_loyal_breaks_with_us_on_two_occasions(text: str) -> None:
    bought = touchpoint("purchase.made", -30 * DAY, channel="store", order_id="o", amount=30.0, currency="GBP")
    left = [("complete_stranger", "ex_friend")]
    assert shifts(said(text)) == []
    assert shifts(said(text), said(text, DAY)) == left
    assert shifts(bought, said(text)) == left


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("太坑人了，一颗星都不想给。一直是你们的忠实粉丝，这一次彻底失望了", "ex_friend"),
        ("Scammers! A loyal customer all these years, and now this. So disappointed, worst ever", "ex_friend"),
        ("你们这群骗子，垃圾公司，抵制", "enemy"),
    ],
)
def test_who_was_loyal_and_is_hurt_attacks_nobody(text: str, to: str) -> None:
    bought = touchpoint("purchase.made", -30 * DAY, channel="store", order_id="o", amount=30.0, currency="GBP")
    assert [found for _, found in shifts(bought, said(text), said(text, DAY))][:1] == [to]


def test_lines_of_one_talk_are_one_occasion() -> None:
    def attacks(apart: int) -> list[tuple[str, str]]:
        return shifts(*(said(text, n * apart) for n, text in enumerate(ENEMY[:2])))

    assert attacks(10 * MINUTE) == []
    assert attacks(3 * HOUR) == [("complete_stranger", "enemy")]


def test_praise_that_begs_makes_no_friend() -> None:
    kind = ["You get me, you are like a friend, thank you all", "You are the best, I told everyone, you get me"]
    assert shifts(*(said(text, n * DAY) for n, text in enumerate(kind))) == [("complete_stranger", "best_friend")]
    assert shifts(*(said(f"{text}. Follow me please!", n * DAY) for n, text in enumerate(kind))) == []


THREE = [
    pytest.param(
        ["太失望了，以前很好，心寒", "骗子，抵制", "垃圾，曝光你们"], id="first it sounds like disappointment"
    ),
    pytest.param(
        ["you lied to me, i feel helpless", "scam, boycott", "worst company ever, scam"], id="first like a wrong"
    ),
]


@pytest.mark.parametrize("texts", THREE)
def test_three_attacks_are_three_occasions_though_they_sound_different(texts: list[str]) -> None:
    turned = shifts(*(said(text, n * DAY) for n, text in enumerate(texts)))
    assert turned
    assert all(knowledge().relationship(to).state == "damaged" for _, to in turned)


@pytest.mark.parametrize(
    "life",
    [
        pytest.param([said(ENEMY[0])], id="one touchpoint is not enough"),
        pytest.param([said(text, session_id="s") for text in ENEMY], id="one session is one touchpoint"),
        pytest.param([said(text, initiator="company") for text in ENEMY], id="our own words say nothing"),
        pytest.param([said(text, n * 200 * DAY) for n, text in enumerate(ENEMY[:2])], id="what is old has faded"),
        pytest.param([said(text, n, channel="web") for n, text in enumerate(ENEMY)], id="web without consent"),
    ],
)
def test_stays_a_stranger(life: list[Touchpoint]) -> None:
    assert shifts(*life) == []


def test_a_partner_who_feels_betrayed_leaves_at_once() -> None:
    loyal = [said(text, n * DAY) for n, text in enumerate(PARTNER)]
    betrayed = said("老顾客了，这次太让人心寒，失望透顶，最后一次", 9 * DAY)
    assert shifts(*loyal, betrayed, said("再也不买了，骗子", 10 * DAY))[-1][0] == "marriage_partner"


def test_probabilities_are_probabilities() -> None:
    lab = Lab()
    lab.fold(*(said(text, n * DAY) for n, text in enumerate(PARTNER)))
    rules = next(iter(lab.engine.versions.values()))
    shares = rules.relationships.posterior(lab.live().customer, lab.live().customer.latest)
    assert sum(shares) == pytest.approx(1)
    assert len(shares) == len(knowledge().types) == 29


def test_late_words_count_at_their_own_time() -> None:
    in_order, late = Lab(), Lab()
    life = [said(text, n * HOUR) for n, text in enumerate(PARTNER)]
    in_order.fold(*life)
    late.fold(*reversed(life))
    sums = [lab.live().customer.habits.slow.sums for lab in (in_order, late)]
    voices = [{slot: n for slot, n in each.items() if slot >= VOICES} for each in sums]
    assert voices[0] == voices[1] != {}


def test_a_changed_price_weighs_on_those_who_are_close() -> None:
    lab = Lab()
    lab.fold(*(said(text, n * DAY) for n, text in enumerate(PARTNER)))
    policy = {"policy_id": "fee", "kind": "price", "size": 0.25}
    lab.fold(touchpoint("policy.changed", 4 * DAY, properties=policy, initiator="company"), said("hm", 4 * DAY + 1))
    (deed,) = [each for each in knowledge().company_deeds if each.name == "price_raised"]
    assert lab.live().customer.habits.slow.sums[deed.slot] > 0


def test_a_third_language_says_nothing_and_is_counted() -> None:
    lab = Lab()
    outcome = lab.process(lab.records([said("Ihr seid die Besten, nie wieder woanders", language="de")]))
    assert outcome.counts["unread_language"] == 1
    assert not any(slot >= VOICES for slot in lab.live().customer.habits.slow.sums)


def test_who_somebody_is_says_nothing() -> None:
    """Demographics are a company's view of a customer and no evidence (S0-02)."""
    read = []
    for fields in ({"birth_year": 1950, "household": "5"}, {"birth_year": 2001, "household": "1"}):
        lab = Lab()
        lab.fold(touchpoint("profile.updated", properties={"fields": fields}), *(said(t, DAY) for t in PARTNER))
        rules = next(iter(lab.engine.versions.values()))
        read.append(rules.relationships.posterior(lab.live().customer, lab.live().customer.latest))
    assert read[0] == read[1]


def test_where_the_log_is_cut_does_not_matter() -> None:
    life = [said(text, n * DAY // 3, session_id=f"s{n}") for n, text in enumerate(PARTNER + ENEMY)]
    whole, pieces = Lab(), Lab()
    whole.fold(*life)
    for each in life:
        pieces.fold(each)
    assert whole.states.fingerprint() == pieces.states.fingerprint()


def test_the_state_of_a_relationship_stays_small() -> None:
    lab = Lab()
    texts = [text for texts in (PARTNER, ENEMY) for text in texts]
    for n in range(400):
        kind = ("purchase.made", "complaint.opened", "feedback.suggested", "store.visited", "call.started")[n % 5]
        lab.fold(touchpoint(kind, n * HOUR, event_id=f"e{n}", channel="phone", item_id=f"i{n}", order_id=f"o{n}"))
        lab.fold(said(texts[n % len(texts)], n * HOUR + 1, session_id=f"s{n}"))
    assert len(msgspec.msgpack.encode(lab.live().customer.habits)) <= 700


ONE: dict[str, Any] = {"item_id": "x", "category": "c"}
EVENING = 20
"""The hour at which the lab's days begin."""


def bought(day: int, channel: str = "pos", hour: int = EVENING, **fields: Any) -> Touchpoint:
    more = {"order_id": f"o{day}", "item_id": f"i{day % 11}", "category": f"c{day % 5}", "amount": 12.0, **fields}
    return touchpoint("purchase.made", day * DAY + (hour - EVENING) * HOUR, channel=channel, **more)


def settled(day: int) -> list[Touchpoint]:
    """A complaint that ended well."""
    case, good = {"complaint_id": "k", "channel": "email"}, {"outcome": "fixed", "satisfied": True}
    return [
        touchpoint("complaint.opened", day * DAY, properties={"cause": "late"}, **case),
        touchpoint("complaint.resolved", (day + 1) * DAY, properties=good, initiator="company", **case),
    ]


REFUSED = touchpoint("message.unsubscribed", 5 * DAY + 2 * HOUR, channel="email")
TENSE = {"villain_victim", "stalker_prey", "enemy", "ex_friend", "frenemy", "captive", "dealer_addict"}


@pytest.mark.parametrize(
    "life",
    [
        pytest.param([bought(0), REFUSED], id="bought once and took back the newsletter, late in the evening"),
        pytest.param([bought(0), *settled(5)], id="one complaint that ended well"),
        pytest.param([*(bought(day) for day in (0, 20, 50)), *settled(55)], id="another one"),
        pytest.param([*(bought(day) for day in range(0, 360, 14)), *settled(200)], id="one in a year of buying"),
        pytest.param([bought(day) for day in range(0, 360, 14)], id="buys this and that every other week"),
        pytest.param([bought(day) for day in range(0, 360, 7)], id="or every week"),
        pytest.param([bought(day) for day in range(0, 360, 30)], id="or every month"),
        pytest.param([bought(day, **ONE) for day in range(0, 360, 3)], id="buys one and the same twice a week"),
        pytest.param([bought(day, **ONE) for day in range(0, 360, 7)], id="or once a week"),
        pytest.param([bought(day, **ONE) for day in range(0, 360, 30)], id="or once a month"),
        pytest.param([bought(day, hour=23) for day in (0, 20)], id="bought twice at eleven at night"),
    ],
)
def test_buying_without_a_word_is_no_trouble(life: list[Touchpoint]) -> None:
    assert {to for _, to in shifts(*life)} & TENSE == set()


WAYS = {
    "chat": "chat.message", "email": "message.replied", "dm": "message.replied", "phone": "call.started",
    "social": "social.mentioned",
}  # fmt: skip
SAME = [
    pytest.param(
        "stalker_prey", [
            "This is creepy, I looked at a lamp once and now you call me", "Leave me alone please",
            "Stop calling me, leave me alone",
        ], id="pursued en",
    ),
    pytest.param("stalker_prey", ["怎么有我电话？太吓人了", "别再打来了", "别再骚扰我"], id="pursued zh"),
    pytest.param("enemy", ["黑心商家，假货！骗子公司", "垃圾店，早点倒闭", "骗子，大家别买"], id="attacks zh"),
    pytest.param(
        "captive", [
            "I'd leave tomorrow if my contract let me", "Stuck with you lot for another eight months",
            "No choice but to stay, no alternative here",
        ], id="stuck en",
    ),
    pytest.param(
        "basic_exchange", ["满减什么时候有，划算了我就下单", "性价比可以，有券吗", "便宜点就买"], id="price zh"
    ),
    pytest.param(
        "frenemy", [
            "骂你们归骂，下次缺货我还是得来买，又爱又恨", "东西是真好用，客服是真气人，唉还是下单了",
            "吐槽完还是会买的，就这么没出息",
        ], id="love and hate zh",
    ),
]  # fmt: skip


@pytest.mark.parametrize("days", [2, 5])
@pytest.mark.parametrize(("type_id", "texts"), SAME)
def test_the_same_words_make_the_same_relationship_by_whatever_channel(
    type_id: str, texts: list[str], days: int
) -> None:
    """The words decide (D1); in public they count for less (S0-13), not for something else."""
    led = {}
    for channel, kind in WAYS.items():
        lab = Lab()
        who = {"channel": channel, "customer_id": "anna"}
        lab.fold(*(
            touchpoint(kind, n * days * DAY, event_id=f"{n}", text=text, session_id=f"s{n}", **who)
            for n, text in enumerate(texts)
        ))  # fmt: skip
        shares = next(iter(lab.engine.versions.values())).relationships.posterior(
            lab.live().customer, lab.live().customer.latest
        )
        led[channel] = knowledge().types[shares.index(max(shares))].id
    assert led == dict.fromkeys(WAYS, type_id)


OUTBURST, QUESTION = "黑心商家，假货！骗子公司", "请问周六几点开门"


@pytest.mark.parametrize(
    ("life", "turned"),
    [
        pytest.param([OUTBURST, QUESTION], False, id="an outburst and a question"),
        pytest.param(
            [OUTBURST, QUESTION, "What time do you open?", "谢谢"], False, id="… and more of what says nothing"
        ),
        pytest.param([OUTBURST, QUESTION, "垃圾店，早点倒闭"], True, id="two outbursts and a question between them"),
        pytest.param(
            [OUTBURST, "见一个人我就说一遍你们多坑", "垃圾店，早点倒闭"], True, id="something else led between"
        ),
        pytest.param(["total scam, boycott them", "What time do you open?"], False, id="one in English"),
        pytest.param(["total scam, boycott them", "worst company, crooks"], True, id="two in English"),
    ],
)
def test_an_occasion_is_one_that_speaks_for_the_type(life: list[str], turned: bool) -> None:
    declared = shifts(*(said(text, n * 2 * DAY, session_id=f"s{n}") for n, text in enumerate(life)))
    assert (("complete_stranger", "enemy") in declared) is turned
    assert declared == [] or turned


def test_who_buys_after_an_outburst_has_not_said_it_twice() -> None:
    coupon = {"coupon": "WELCOME"}
    life = [said(OUTBURST), *(bought(day, properties=coupon) for day in (1, 2, 3))]
    assert "enemy" not in {to for _, to in shifts(*life)}


@pytest.mark.parametrize("to", ["after-sales", "售后", "billing"])
@pytest.mark.parametrize("times", [1, 2])
def test_whom_we_pass_on_commands_nobody(to: str, times: int) -> None:
    life = [touchpoint("complaint.opened", channel="phone", complaint_id="k", text="冰箱坏了一周没人来，东西全馊了！")]
    for n in range(times):
        at = n * DAY + HOUR
        life += [
            touchpoint("call.started", at, channel="phone", session_id=f"c{n}", text="Hi, sorry to bother you again"),
            touchpoint("call.transferred", at + 1, channel="phone", session_id=f"c{n}", initiator="company",
                       properties={"to": to}),
            touchpoint("call.ended", at + 2, channel="phone", session_id=f"c{n}"),
        ]  # fmt: skip
    lab = Lab()
    lab.fold(*life)
    customer = lab.live().customer
    shares = next(iter(lab.engine.versions.values())).relationships.posterior(customer, customer.latest)
    assert shares[knowledge().type_index["master_slave"]] < 0.2


@pytest.mark.parametrize(
    ("before", "declared"),
    [
        pytest.param([], False, id="by words alone"),
        pytest.param([bought(day, item_id="x") for day in range(1, 10)], True, id="who buys the same again"),
    ],
)
def test_an_addict_is_one_by_deeds_as_well(before: list[Touchpoint], declared: bool) -> None:
    life = [*before, *(said("我对你家的游戏上瘾了，欲罢不能", day * DAY) for day in (10, 12, 14))]
    assert ("dealer_addict" in {to for _, to in shifts(*life)}) is declared


@pytest.mark.parametrize(
    ("before", "declared"),
    [
        pytest.param([], False, id="who has done nothing yet"),
        pytest.param(
            [touchpoint("call.transferred", 0, channel="phone", properties={"to": "manager"})], True, id="who has"
        ),
    ],
)
def test_what_sounds_faint_and_is_said_to_nobody_is_no_occasion_of_a_stranger(
    before: list[Touchpoint], declared: bool
) -> None:
    life = [*before, *(said(text, day * DAY) for day, text in ((1, "立刻下楼"), (3, "立刻出发"), (5, "马上出发")))]
    assert ("master_slave" in {to for _, to in shifts(*life)}) is declared


@pytest.mark.parametrize(
    ("texts", "declared"),
    [
        pytest.param(["又骗又偷", "一帮强盗"], False, id="twice to nobody"),
        pytest.param(["又骗又偷", "一帮强盗", "早晚完蛋"], True, id="three times"),
        pytest.param(["又骗又偷", "你们就是一帮强盗"], True, id="once to us"),
    ],
)
def test_a_stranger_who_attacks_without_a_cue_is_heard(texts: list[str], declared: bool) -> None:
    life = [said(text, n * DAY, channel="chat") for n, text in enumerate(texts)]
    assert (("complete_stranger", "enemy") in shifts(*life)) is declared


FRIEND = ["你们太懂我了，像老朋友一样", "跟所有人都夸你们，真贴心", "你们最懂我，像朋友一样"]
PARTNERS = ["I always fly with you, loyal for life", "never go anywhere else, only fly with you", "my brand for life"]
COMRADE = ["you get me, like friends", "told everyone about you, like a friend", "thank you all, you guys rock"]


@pytest.mark.parametrize(
    ("close", "then", "left"),
    [
        pytest.param(COMRADE, ["please close my account"], True, id="closes the account"),
        pytest.param(FRIEND, ["麻烦帮我注销会员"], True, id="closes the account zh"),
        pytest.param(
            COMRADE, ["you lied to me, gutted", "used to love you, lost a customer"], True, id="two farewells"
        ),
        pytest.param(FRIEND, ["白信任你们这么多年", "缘分到头，不会来了"], True, id="two farewells zh"),
        pytest.param(
            PARTNERS, ["I don't recognise you any more", "You broke your word, I can't forgive you"], True, id="trust"
        ),
        pytest.param(PARTNER, ["你们变了，早不是我认识的那家了", "说话不算话，没法原谅你们"], True, id="trust zh"),
        pytest.param(
            PARTNERS,
            ["after all I gave you, I'm finished with you", "I've taken out cover with somebody else"],
            True,
            id="went to others",
        ),
        pytest.param(FRIEND, ["在你们眼里我什么都不是，看走眼了", "情分就到这儿吧，各过各的"], True, id="parts zh"),
        pytest.param(
            FRIEND, ["被你们骗了，还当你们是朋友", "以前那么喜欢你们，再也不来了"], True, id="wronged, gone zh"
        ),
        pytest.param(
            COMRADE,
            ["you've changed, love the new menu", "the old bread again, you changed it"],
            False,
            id="changed for the better",
        ),
        pytest.param(
            COMRADE,
            ["I've lost all faith in the council", "lost all faith in the council again"],
            False,
            id="somebody else is meant",
        ),
        pytest.param(COMRADE, ["a bit disappointed with the cake today"], False, id="one bad day"),
        pytest.param(FRIEND, ["今天的蛋糕有点失望"], False, id="one bad day zh"),
        pytest.param(COMRADE, ["please close my account, I opened two"], False, id="closes one of two"),
        pytest.param(FRIEND, ["如果注销会员，积分还在吗？"], False, id="merely asks zh"),
    ],
)
def test_who_was_close_leaves_by_a_deed_or_two_farewells(close: list[str], then: list[str], left: bool) -> None:
    found = shifts(*(said(text, 2 * n * DAY) for n, text in enumerate([*close, *then])))
    assert found[0][1] not in TENSE
    assert any(to in TENSE for _, to in found) is left


@pytest.mark.parametrize(
    ("days", "neighbour"),
    [
        pytest.param([0, 3], False, id="two visits"),
        pytest.param(list(range(0, 40, 2)), True, id="every other day"),
    ],
)
def test_two_visits_make_no_neighbour(days: list[int], neighbour: bool) -> None:
    visits = [touchpoint("store.visited", n * DAY, channel="store", location_id="lon-01") for n in days]
    assert any(to == "next_door_neighbor" for _, to in shifts(*visits)) is neighbour


def test_what_is_bought_twice_in_one_visit_makes_no_neighbour() -> None:
    life = [bought(0, location_id="lon-01"), bought(0, hour=EVENING + 1, order_id="o1", location_id="lon-01")]
    assert "next_door_neighbor" not in {to for _, to in shifts(*life)}


@pytest.mark.parametrize("text", ["Can an expert look at my bill?", "送的赠品呢？怎么没发"])
def test_plain_questions_are_no_occasion(text: str) -> None:
    assert not {to for _, to in shifts(*(said(text, n * DAY) for n in range(3)))} & {
        "guru_disciple",
        "arranged_marriage",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "We've known each other three decades now? I remember when it was your father at the counter",
            True,
            id="tells",
        ),
        pytest.param("还记得我吗？咱们打交道都二十多年了，看着你们从小摊做到现在", True, id="tells zh"),
        pytest.param("How many decades have you been at this counter?", False, id="only asks"),
    ],
)
def test_what_is_told_beside_a_question_is_an_occasion(text: str, told: bool) -> None:
    lab = Lab()
    lab.fold(said(text))
    assert (lab.live().customer.habits.heard(knowledge().type_index["old_friend"]) > 0) is told


@pytest.mark.parametrize(
    ("texts", "to"),
    [
        pytest.param(["别露出是什么，就咱们知道", "背着家人买的，别声张"], "secret_affair", id="hides zh"),
        pytest.param(["unmarked box please", "strictly between us, never tag me"], "secret_affair", id="hides"),
        pytest.param(["I hope you go bust", "I'm warning everybody off you, scum"], "enemy", id="wishes ruin"),
        pytest.param(["你们早点倒闭吧", "黑店，跟你们没完"], "enemy", id="wishes ruin zh"),
        pytest.param(["I swear by your guides", "you're the authority"], "guru_disciple", id="disciple"),
        pytest.param(["照您说的做，成功了", "您是行家，请指点一下"], "guru_disciple", id="disciple zh"),
    ],
)
def test_says_it_in_other_words(texts: list[str], to: str) -> None:
    life = [said(text, n * 2 * DAY, channel="chat") for n, text in enumerate(texts * 2)]
    assert to in {found for _, found in shifts(*life)}
