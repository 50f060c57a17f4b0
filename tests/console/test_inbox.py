"""The inbox over HTTP: what stands in it, what a tap writes, who wins, and how a screen catches up."""

from __future__ import annotations

import re
import time
from zoneinfo import ZoneInfo

import msgspec
import pytest

from console.accounts.people import Person
from console.live.refusals import Refusals
from console.live.standing import REMEMBERED, Standing, at_desk
from console.pages import inbox
from console.web.viewer import Viewer
from producers.collector.writing import Unavailable
from rapport.voice import Voice
from schemas import times
from schemas.records import AlertChange, AlertState, Because, Rejected, Touchpoint
from streams.alerts import life
from streams.alerts.card import in_short
from streams.customers.ids import output_id
from tests.console.world import NOW, World, alert, change, csrf, knowledge, signal
from tests.streams.alerts.test_cases import acted, opened
from tests.streams.lab import MINUTE, Lab, of


@pytest.fixture
def shop(world: World) -> World:
    world.join("tom", "agent", ("agent-desk",))
    world.join("ann", "agent", ("agent-desk",))
    world.hear(signal(), alert())
    return world


def facts(touchpoint: Touchpoint) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(touchpoint.properties or "{}")
    return found


def test_the_most_urgent_comes_first(shop: World) -> None:
    shop.hear(
        alert("later", severity="error", due=900_000), alert("sooner", severity="error", due=60_000),
        alert("worst", severity="critical", due=9_000_000), alert("least", severity="info", due=-60_000),
    )  # fmt: skip
    page = shop.inside("tom").get("/inbox").text
    places = [page.index(f'id="row-{name}"') for name in ("worst", "sooner", "later", "a1", "least")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("action", "form", "type_", "said"),
    [
        pytest.param("acknowledge", {}, "alert.acknowledged", {}, id="acknowledge"),
        pytest.param("reassign", {"to": "conflict"}, "alert.reassigned", {"to": "conflict"}, id="reassign"),
        pytest.param("escalate", {}, "alert.reassigned", {"to": "managers"}, id="escalate"),
        pytest.param("resolve", {"root_cause": "stock", "action": "sent another"}, "alert.resolved",
                     {"root_cause": "stock", "action": "sent another"}, id="resolve"),
    ],
)  # fmt: skip
def test_a_tap_is_a_record(shop: World, action: str, form: dict[str, str], type_: str, said: dict[str, str]) -> None:
    client = shop.inside("tom")
    answer = client.post(f"/alerts/a1/{action}", data={"csrf": csrf(client), "nonce": "n1", **form})
    assert answer.status_code == 303
    (written,) = shop.log.written
    assert (written.type, written.customer_id, written.staff_id, written.channel) == (type_, "c-anna", "tom", "system")
    assert facts(written) == {"alert_id": "a1", **said}
    client.post(f"/alerts/a1/{action}", data={"csrf": csrf(client), "nonce": "n1", **form})
    assert {each.event_id for each in shop.log.written} == {written.event_id}, "a second tap is the same deed"


def test_a_snooze_says_until_when(shop: World) -> None:
    client = shop.inside("tom")
    client.post("/alerts/a1/snooze", data={"csrf": csrf(client), "minutes": "15"})
    until = shop.log.written[0]
    assert facts(until).keys() == {"alert_id", "until"}


@pytest.mark.parametrize(
    ("action", "form", "said"),
    [
        pytest.param("resolve", {"root_cause": "stock"}, "Cause and action are both needed.", id="no action"),
        pytest.param("snooze", {"minutes": "7"}, "Choose how long.", id="no such length"),
        pytest.param("reassign", {"to": "agent-desk"}, "Choose another team.", id="the same team"),
        pytest.param("reassign", {"to": "nobody"}, "Choose another team.", id="no team"),
        pytest.param("follow_up", {}, "It is not resolved yet.", id="too early"),
    ],
)
def test_what_cannot_be_done_is_said(shop: World, action: str, form: dict[str, str], said: str) -> None:
    client = shop.inside("tom")
    asked = {"csrf": csrf(client), **form}
    answer = client.post(f"/alerts/a1/{action}", data=asked, headers={"x-part": "card"})
    assert (answer.status_code, said in answer.text, shop.log.written) == (409, True, [])


@pytest.mark.parametrize("headers", [{}, {"x-part": "card"}], ids=["without our script", "with it"])
def test_what_was_not_written_is_not_taken_for_done(
    shop: World, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    def away(records: object) -> None:
        raise Unavailable("no Kafka")

    monkeypatch.setattr(shop.log, "put", away)
    client = shop.inside("tom")
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers=headers)
    assert (answer.status_code, "Nothing was sent" in answer.text) == (503, True)
    shop.hear(change(shop.alerts["a1"], "acknowledged", "ann"))
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers=headers)
    assert (answer.status_code, "ann was first and has it." in answer.text) == (409, True)


def test_two_take_it_and_one_wins(shop: World) -> None:
    tom, ann = shop.inside("tom"), shop.inside("ann")
    forms = [{"csrf": csrf(each)} for each in (tom, ann)]
    first = tom.post("/alerts/a1/acknowledge", data=forms[0], headers={"x-part": "card"})
    second = ann.post("/alerts/a1/acknowledge", data=forms[1], headers={"x-part": "card"})
    assert (first.status_code, "It is yours." in first.text) == (200, True)
    assert (second.status_code, "tom was first and has it." in second.text) == (409, True)
    assert "handled by tom" in ann.get("/inbox?tab=handled").text


def test_two_take_it_at_the_same_moment(shop: World) -> None:
    """Both are written, for neither screen knew; the log has an order, and the second is told."""
    ann = shop.inside("ann")
    shop.log.engine = lambda touchpoint: shop.hear(
        change(shop.alerts["a1"], "acknowledged", "tom", "of-tom"),
        change(shop.alerts["a1"], "acknowledged", touchpoint.staff_id, touchpoint.event_id),
    )
    answer = ann.post("/alerts/a1/acknowledge", data={"csrf": csrf(ann)}, headers={"x-part": "card"})
    assert (answer.status_code, "tom was first and has it." in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("state", "said"),
    [("resolved", "ann has resolved it already."), ("expired", "It has expired"), ("closed", "It is closed already.")],
)
def test_too_late(shop: World, state: AlertState, said: str) -> None:
    shop.hear(change(shop.alerts["a1"], state, "ann"))
    client = shop.inside("tom")
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert (answer.status_code, said in answer.text, shop.log.written) == (409, True, [])


def test_a_line_that_does_not_answer(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "CONFIRM_S", 0.01)
    shop.log.engine = None
    client = shop.inside("tom")
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert "not confirmed it yet" in answer.text
    assert "handled by" not in answer.text


def test_a_call_ends_with_a_note(shop: World) -> None:
    shop.hear(signal("call", "incoming_call", queue="a"), alert("call"))
    client = shop.inside("tom")
    form = {"csrf": csrf(client), "root_cause": "question", "action": "answered"}
    answer = client.post("/alerts/call/resolve", data=form, headers={"x-part": "card"})
    assert (answer.status_code, shop.log.written) == (409, [])
    client.post("/alerts/call/resolve", data={**form, "note": "wants the blue one"})
    assert [(each.type, each.text) for each in shop.log.written] == [
        ("agent.noted", "wants the blue one"), ("alert.resolved", None),
    ]  # fmt: skip


def test_a_key_keeps_its_kind(shop: World) -> None:
    shop.hear(signal("card"), alert("card", customer="loyalty_card:LC-1"))
    client = shop.inside("tom")
    client.post("/alerts/card/acknowledge", data={"csrf": csrf(client)})
    (written,) = shop.log.written
    assert (written.customer_id, written.loyalty_card) == (None, "LC-1")


def test_a_trend_is_named_by_its_scope(shop: World) -> None:
    shop.hear(signal("trend", "cause_rising", {"cause": "late"}), alert("trend", customer=None))
    client = shop.inside("tom")
    client.post("/alerts/trend/acknowledge", data={"csrf": csrf(client)})
    assert facts(shop.log.written[0]) == {"alert_id": "trend", "scope": {"cause": "late"}}


def test_chinese_by_the_browser_and_by_choice(shop: World) -> None:
    client = shop.inside("tom", **{"accept-language": "fr;q=0.4, zh-CN;q=0.9, en;q=0.5"})
    assert "收件箱" in client.get("/inbox").text
    client.post("/like", data={"csrf": csrf(client), "lang": "en", "back": "/inbox"})
    assert "收件箱" not in client.get("/inbox").text


@pytest.mark.parametrize(
    ("language", "zone", "whole", "this_year", "another_year"),
    [
        ("en", "Asia/Shanghai", "5 Mar 2026 09:07:05", "5 Mar 09:07", "31 Dec 2025"),
        ("zh", "Asia/Shanghai", "2026年3月5日 09:07:05", "3月5日 09:07", "2025年12月31日"),
        ("en", "", "5 Mar 2026 01:07:05 UTC", "5 Mar 01:07", "31 Dec 2025"),
    ],
)
def test_times_in_the_viewers_zone_and_way(
    language: str, zone: str, whole: str, this_year: str, another_year: str
) -> None:
    at, now = (times.read(said).at for said in ("2026-03-05T01:07:05Z", "2026-03-06T01:07:05Z"))
    viewer = Viewer(None, Voice(language, knowledge()), ZoneInfo(zone) if zone else None, now=now)
    assert (viewer.whole(at), viewer.clock(at), viewer.clock(now)[-6:]) == (whole, this_year, this_year[-5:])
    assert viewer.clock(times.read("2025-12-31T01:00:00Z").at) == another_year


def test_a_screen_catches_up_without_gap_or_doubles() -> None:
    standing = Standing()
    one, two = alert("one"), alert("two")
    standing.take(one)
    seen = standing.number
    for each in (two, change(one, "acknowledged", "tom"), change(one, "escalated"), two):
        standing.take(each)
    assert standing.since(seen) == ["two", "one"], "each alert once"
    assert standing.since(standing.number) == []
    assert standing.since(-1) is None, "a screen that never was here"
    for n in range(REMEMBERED):
        standing.take(alert(f"more-{n}", customer=f"c-{n}"))
    assert standing.since(seen) is None, "too long ago: it begins anew"


def test_a_screen_that_is_cut_off_in_the_middle_is_told_all_of_it_again(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the number of the last event that it has: only what closes a batch has one."""
    shop.hear(alert("a2"), alert("a3"), signal("s1"), alert("s1", "store"))
    shop.hear(to_team(change(shop.alerts["a2"], "reassigned", "ann"), "store"))
    told = [each for each in stream(shop, monkeypatch, f"{shop.hub.epoch}.0") if each[0] == "alert"]
    assert [(facts["id"], facts["tab"]) for _, facts, _ in told] == [("a1", "open"), ("a2", ""), ("a3", "open")], (
        "what was handed on goes from the list; what never was theirs is not named"
    )
    last = f"{shop.hub.epoch}.{shop.hub.standing.number}"
    assert [place for _, _, place in told] == ["", "", last]
    assert "alert" not in [kind for kind, _, _ in stream(shop, monkeypatch, last)]


def stream(
    shop: World, monkeypatch: pytest.MonkeyPatch, since: str, who: str = "tom"
) -> list[tuple[str, dict[str, str], str]]:
    """Events that their screen is told until the session ends, with the number of each."""
    client = shop.inside(who)

    async def changed(number: int, within_s: float) -> bool:
        del number, within_s
        shop.people._do("DELETE FROM sessions")
        return True

    monkeypatch.setattr(shop.hub, "changed", changed)
    found = []
    for each in client.get(f"/events?since={since}").text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in each.splitlines())
        if "event" in lines:
            found.append((lines["event"], msgspec.json.decode(lines["data"]), lines.get("id", "")))
    return found


def test_what_happened_before_its_alert_is_heard_is_not_lost() -> None:
    standing, one = Standing(), alert("one")
    standing.take(change(one, "acknowledged", "tom"))
    standing.take(one)
    item = standing.get("one")
    assert item is not None
    assert (item.state, item.by) == ("acknowledged", "tom")


def test_pops_only_for_who_is_there_now() -> None:
    standing = Standing()
    for name, what, at in (
        ("call", "incoming_call", NOW),
        ("old", "arrival", NOW - 3_600_000),
        ("chat", "unanswered", NOW),
    ):
        standing.take(signal(name, what))
        standing.take(alert(name, at=at))
    assert [item.id for item in standing.items() if item.pops(NOW)] == ["call"]


def test_who_is_on_the_line_now_comes_before_all_else(shop: World) -> None:
    now = time.time_ns() // 1_000_000  # the page looks at the clock, and other tests may have taken their time
    shop.hear(
        alert("worst", severity="critical"),
        signal("call", "incoming_call"), alert("call", severity="info", at=now, due=9_000_000),
        signal("hours-ago", "incoming_call"), alert("hours-ago", severity="info", at=NOW - 3_600_000, due=9_000_000),
    )  # fmt: skip
    page = shop.inside("tom").get("/inbox").text
    places = [page.index(f'id="row-{name}"') for name in ("call", "worst", "a1", "hours-ago")]
    assert places == sorted(places)


def test_who_comes_into_a_shop_stands_before_those_of_that_shop_only(shop: World) -> None:
    now = time.time_ns() // 1_000_000
    shop.join("wei", "associate", (), ("north",))
    shop.hear(
        signal("worst", location_id="north"), alert("worst", severity="critical"),
        signal("came", "arrival", location_id="north"), alert("came", severity="info", at=now, customer="c-bert"),
    )  # fmt: skip
    shop.join("max", "manager")
    for who, first in (("wei", "came"), ("max", "worst")):
        page = shop.inside(who).get("/inbox").text
        assert re.findall(r'id="row-([\w-]+)"', page)[0] == first
        assert f'data-id="{first}"' in page, "the most urgent card stands open"


def test_a_card_opens_by_itself_for_who_has_a_place(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns() // 1_000_000
    shop.hear(signal("call", "incoming_call", queue="service"), alert("call", at=now, customer="c-cleo"))
    told = [facts for kind, facts, _ in stream(shop, monkeypatch, f"{shop.hub.epoch}.0") if kind == "alert"]
    assert {each["id"]: each["pop"] for each in told} == {"a1": "", "call": "bar"}
    shop.join("ben", "agent", ("agent-desk",), ("service",))
    told = [facts for kind, facts, _ in stream(shop, monkeypatch, f"{shop.hub.epoch}.0", "ben") if kind == "alert"]
    assert {each["id"]: each["pop"] for each in told}["call"] == "card"


def test_one_matter_is_one_row_whatever_teams_have_it(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    twin = msgspec.structs.replace(alert("twin", "social-care", at=NOW + 1), dedup_key="a1|social-care")
    shop.hear(signal("twin"), twin)
    shop.join("max", "manager")
    shop.join("sue", "agent", ("social-care",))
    max_ = shop.inside("max")

    def rows(who: str, tab: str = "open") -> list[str]:
        return re.findall(r'data-case="([^"]*)"', shop.inside(who).get(f"/inbox?tab={tab}").text)

    assert (rows("max"), rows("tom"), rows("sue")) == (["a1 twin"], ["a1"], ["twin"])
    assert "agent desk + social care" in max_.get("/inbox").text
    assert "of the same customer" not in max_.get("/inbox").text.partition('<section class="card"')[0]
    shop.hear(change(twin, "acknowledged", "sue"))
    assert (rows("max"), rows("max", "handled")) == (["a1 twin"], []), "it waits for the other team"
    assert "social care · handled by sue" in max_.get("/inbox").text
    shop.hear(change(shop.alerts["a1"], "acknowledged", "max", "e2"))
    assert (rows("max"), rows("max", "mine")) == ([], ["a1 twin"])
    shop.hear(change(twin, "resolved", "sue", "e3"), change(shop.alerts["a1"], "closed", "sue", "e3"))
    assert (rows("max", "mine"), rows("max", "done")) == ([], ["a1 twin"])
    assert 'href="/inbox/twin"' in max_.get("/inbox?tab=done").text, "the card that says what was done"
    shop.hear(msgspec.structs.replace(alert("again", offset=9), dedup_key="a1|agent-desk"))
    assert (rows("max"), rows("max", "done")) == (["again"], ["a1 twin"]), "the same matter another time"


def test_a_row_that_is_told_anew_names_its_whole_case(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.join("ben", "agent", ("agent-desk", "social-care"))
    shop.hear(msgspec.structs.replace(alert("twin", "social-care", at=NOW + 1), dedup_key="a1|social-care"))
    before = shop.hub.standing.number
    shop.hear(change(shop.alerts["twin"], "raised"))
    assert set(shop.hub.standing.since(before) or ()) == {"a1", "twin"}
    last = f"{shop.hub.epoch}.{before}"
    told = [facts for kind, facts, _ in stream(shop, monkeypatch, last, "ben") if kind == "alert"]
    assert {each["id"]: (each["row"], tuple(each["case"])) for each in told} == {
        "a1": ("a1", ("a1", "twin")), "twin": ("a1", ("a1", "twin")),
    }  # fmt: skip


def test_what_was_done_is_told_by_cause_and_deed(shop: World) -> None:
    shop.hear(change(shop.alerts["a1"], "resolved", "tom", reason="late courier; sent another; and a note"))
    shop.hear(alert("a2"), change(alert("a2"), "closed", reason="answered"))
    client = shop.inside("tom", **{"accept-language": "zh"})
    page = client.get("/inbox/a1", headers={"x-part": "card"}).text
    assert "<dt>原因</dt><dd>late courier</dd>" in page
    assert "<dt>处理</dt><dd>sent another; and a note</dd>" in page
    assert "已答复。" in client.get("/inbox/a2", headers={"x-part": "card"}).text


def test_evidence_is_told_in_words(shop: World) -> None:
    because = (Because("kettle-2", "chat.message"), Because("kettle-3", "silence"))
    shop.hear(msgspec.structs.replace(alert("a2"), because=because), signal("a2"))
    card = shop.inside("tom", **{"accept-language": "zh"}).get("/inbox/a2", headers={"x-part": "card"}).text
    assert [
        word
        for word in ("聊天消息", "一直没有动静", "往来编号 kettle-2", "没有人按时回复", "提醒编号")
        if word not in card
    ] == []
    assert "<dt>kettle-2</dt>" not in card


def test_the_story_of_a_pause(shop: World) -> None:
    viewer = Viewer(Person("tom", "agent"), Voice("en", knowledge()), now=NOW)
    one = shop.alerts["a1"]
    shop.hear(change(one, "snoozed", "tom", until=NOW + 1000))
    item = shop.hub.standing.get("a1")
    assert item is not None
    assert inbox.tab_of(item, viewer) == "snoozed"
    later = Viewer(viewer.person, viewer.voice, now=NOW + 1000)
    assert inbox.tab_of(item, later) == "open"


def test_a_team_that_has_it_already_is_given_no_second(shop: World) -> None:
    shop.hear(signal("a2"), alert("a1-managers", "managers"))
    shop.hear(msgspec.structs.replace(alert("m", "managers"), dedup_key="a1|managers"))
    client = shop.inside("tom")
    answer = client.post("/alerts/a1/escalate", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert (answer.status_code, "has an alert of this matter" in answer.text, shop.log.written) == (409, True, [])


def test_what_is_handed_on_and_what_is_escalated() -> None:
    standing, one = Standing(), alert("one")
    mine, managers, conflict = (Person(team, "agent", (team,)) for team in ("agent-desk", "managers", "conflict"))

    def sees() -> list[bool]:
        item = standing.get("one")
        assert item is not None
        return [at_desk(item, person) for person in (mine, managers, conflict)]

    standing.take(one)
    assert sees() == [True, False, False]
    standing.take(to_team(change(one, "escalated", offset=3), "managers"))
    assert sees() == [True, True, False], "both see what was escalated"
    standing.take(to_team(change(one, "acknowledged", "ann", "later", offset=9), "conflict"))
    standing.take(to_team(change(one, "reassigned", "tom", offset=7), "conflict"))
    standing.take(change(one, "acknowledged", "tom", "earlier", offset=5))
    assert sees() == [False, True, True]
    item = standing.get("one")
    assert item is not None
    assert (item.state, item.by, item.team) == ("acknowledged", "ann", "conflict"), "by the log, not by the topics"


def test_what_got_worse_moves_up_and_is_open_again(shop: World) -> None:
    shop.hear(alert("other", severity="warning", due=1_000), change(shop.alerts["a1"], "snoozed", "ann", until=NOW * 2))
    client = shop.inside("tom")
    assert 'id="row-a1"' not in client.get("/inbox").text
    shop.hear(change(shop.alerts["a1"], "raised", reason="threat"))
    page = client.get("/inbox").text
    assert page.index('id="row-a1"') < page.index('id="row-other"'), "later due, and worse"


def test_what_is_handed_on_has_left_the_desk(shop: World) -> None:
    """No buttons are left on a card that is another team's now, and no way leads back to it."""
    shop.log.engine = lambda touchpoint: shop.hear(
        to_team(change(shop.alerts["a1"], "reassigned", touchpoint.staff_id, touchpoint.event_id), "conflict")
    )
    client = shop.inside("tom")
    form = {"csrf": csrf(client), "to": "conflict"}
    answer = client.post("/alerts/a1/reassign", data=form, headers={"x-part": "card"})
    assert (answer.status_code, "Handed on." in answer.text, "<button" in answer.text) == (200, True, False)
    shop.hear(alert("a2"))
    shop.log.engine = lambda touchpoint: shop.hear(
        to_team(change(shop.alerts["a2"], "reassigned", touchpoint.staff_id, touchpoint.event_id), "conflict")
    )
    assert client.post("/alerts/a2/reassign", data=form).headers["location"] == "/inbox"


def test_cards_of_one_customer_say_so(shop: World) -> None:
    """What one threat brings to several teams is told apart from several matters."""
    twin = msgspec.structs.replace(alert("a1-conflict", "conflict"), dedup_key="a1|conflict")
    shop.hear(twin, alert("another", title="They wait for a parcel"), alert("stranger", customer="c-bert"))
    client = shop.inside("tom")
    page = client.get("/inbox").text
    assert page.count("+2 of the same customer") == 2, "on both of hers that are ours"
    card = client.get("/inbox/a1", headers={"x-part": "card"}).text.split("Open for the same customer")[1]
    assert "same case" in card
    assert card.index("Nobody has answered") < card.index("They wait for a parcel"), "the same case first"
    assert "/inbox/a1-conflict" not in card, "no way to another team's desk"
    before = shop.hub.standing.number
    shop.hear(change(twin, "closed"))
    assert set(shop.hub.standing.since(before) or ()) == {"a1-conflict", "a1", "another"}, "their rows are told anew"
    assert "same case" not in client.get("/inbox/a1", headers={"x-part": "card"}).text


def test_a_card_in_another_language_is_told_in_the_readers(shop: World) -> None:
    threat = signal("zh", "threat", threat="law", found="律师")
    shop.hear(threat, msgspec.structs.replace(alert("zh", title="威胁"), language="zh"))
    client = shop.inside("tom")
    card = client.get("/inbox/zh", headers={"x-part": "card"}).text
    assert ["In short" in card, "They threaten" in card, "Name who is in charge" in card] == [True] * 3
    assert "They threaten" in client.get("/inbox").text
    assert "In short" not in client.get("/inbox/a1", headers={"x-part": "card"}).text, "hers is in English"


def test_a_gist_says_only_what_it_knows() -> None:
    told = in_short(knowledge(), "en", "unanswered", {"asked": "chat.message", "norm_minutes": 2.0})
    assert [line for line in (*told.do, *told.do_not) if "{" in line] == []
    assert len(told.do) == 1, "the second line names somebody who is not known here"


@pytest.mark.parametrize(
    ("asked", "team", "line"),
    [
        pytest.param("chat.message", "social-care", "Ask agent desk before you speak to them", id="the other team"),
        pytest.param("social.mentioned", "agent-desk", "Ask social care before you speak to them", id="in public"),
        pytest.param("chat.message", "agent-desk", "Answer now, yourself", id="who speaks with them"),
    ],
)
def test_the_gist_is_that_of_the_team(asked: str, team: str, line: str) -> None:
    told = in_short(knowledge(), "en", "unanswered", {"asked": asked, "norm_minutes": 2.0}, team)
    assert any(each.startswith(line) for each in told.do)


def to_team(told: AlertChange, team: str) -> AlertChange:
    return msgspec.structs.replace(told, team=team)


def refused(shop: World, reason: str, detail: str) -> None:
    """The engine answers every deed with this dead letter and with nothing else."""

    def answer(touchpoint: Touchpoint) -> None:
        told = {"id": output_id("rejected", "alerts", 1, "c-anna", reason, "", touchpoint.event_id),
                "stage": "engine", "reason": reason, "detail": detail}  # fmt: skip
        shop.hub.refuse([[(name, value.encode()) for name, value in told.items()]])

    shop.log.engine = answer


@pytest.mark.parametrize(
    ("reason", "detail", "action", "said"),
    [
        pytest.param(life.TAKEN, "ann has alert a1 until 2026-01-01T00:00:00Z: ask them, or reassign it", "acknowledge",
                     "ann was first and has it.", id="taken"),
        pytest.param(life.TAKEN, "managers has an alert of this case already: x", "escalate",
                     "has an alert of this matter", id="another team has one"),
        pytest.param(life.OVER, "alert a1 is over: expired at 2026-01-01T00:00:00Z", "acknowledge",
                     "It has ended meanwhile", id="over"),
        pytest.param(life.UNKNOWN, "no alert 'a1' of this customer is open", "acknowledge",
                     "knows no such alert", id="unknown"),
        pytest.param(life.NO_TEAM, "alert 'a1' stays where it is: to: 'sales' is no team", "escalate",
                     "Choose another team", id="no such team"),
    ],
)  # fmt: skip
def test_what_the_engine_refuses_is_said_at_once(
    shop: World, monkeypatch: pytest.MonkeyPatch, reason: str, detail: str, action: str, said: str
) -> None:
    monkeypatch.setattr(inbox, "CONFIRM_S", 60.0)
    refused(shop, reason, detail)
    client = shop.inside("tom")
    answer = client.post(f"/alerts/a1/{action}", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert (answer.status_code, said in answer.text) == (409, True)


def test_a_refusal_is_of_one_deed_only() -> None:
    lab = Lab()
    one = opened(lab)["agent-desk"]
    lab.fold(acted("acknowledged", one, 3 * MINUTE))
    second = msgspec.structs.replace(acted("acknowledged", one, 4 * MINUTE), staff_id="tom")
    (rejected,) = of(lab.fold(second), Rejected)
    refusals = Refusals()
    named = {"id": rejected.id, "stage": rejected.stage, "reason": rejected.reason, "detail": rejected.detail}
    assert refusals.take([(name, value.encode()) for name, value in named.items()])
    assert not refusals.take([("stage", b"engine"), ("reason", b"bad_time")])
    assert one.customer_id is not None
    found = refusals.of(one.customer_id, second.event_id)
    assert found is not None
    assert found.holder(one.id) == "mia"
    assert refusals.of(one.customer_id, "another") is None
