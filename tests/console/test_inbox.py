"""The inbox over HTTP: what stands in it, in which order, what a row tells, and how a screen catches up."""

from __future__ import annotations

import re
import time
from zoneinfo import ZoneInfo

import msgspec
import pytest

from console.accounts.people import Person
from console.pages import inbox
from console.web.viewer import Viewer
from rapport.voice import Voice
from schemas import times
from schemas.records import Because
from streams.alerts.card import in_short
from tests.console.world import NOW, World, alert, change, csrf, knowledge, signal, to_team


def test_the_most_urgent_comes_first(desk: World) -> None:
    desk.hear(
        alert("later", severity="error", due=900_000), alert("sooner", severity="error", due=60_000),
        alert("worst", severity="critical", due=9_000_000), alert("least", severity="info", due=-60_000),
    )  # fmt: skip
    page = desk.inside("tom").get("/inbox").text
    places = [page.index(f'id="row-{name}"') for name in ("worst", "sooner", "later", "a1", "least")]
    assert places == sorted(places)


@pytest.mark.parametrize(("language", "told"), [("en", "urgent"), ("zh", "紧急")])
def test_how_grave_it_is_in_words(language: str, told: str, desk: World) -> None:
    desk.hear(alert("grave", severity="error"))
    page = desk.inside("tom", **{"accept-language": language}).get("/inbox/grave").text
    assert re.search(rf'<p class="sev"><span class="dot" aria-hidden="true"></span>{told} · ', page)


def test_chinese_by_the_browser_and_by_choice(desk: World) -> None:
    client = desk.inside("tom", **{"accept-language": "fr;q=0.4, zh-CN;q=0.9, en;q=0.5"})
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


def test_a_screen_that_is_cut_off_in_the_middle_is_told_all_of_it_again(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the number of the last event that it has: only what closes a batch has one."""
    desk.hear(alert("a2"), alert("a3"), signal("s1"), alert("s1", "store"))
    desk.hear(to_team(change(desk.alerts["a2"], "reassigned", "ann"), "store"))
    told = [each for each in stream(desk, monkeypatch, f"{desk.hub.epoch}.0") if each[0] == "alert"]
    assert [(facts["id"], facts["tab"]) for _, facts, _ in told] == [("a1", "open"), ("a2", ""), ("a3", "open")], (
        "what was handed on goes from the list; what never was theirs is not named"
    )
    last = f"{desk.hub.epoch}.{desk.hub.standing.number}"
    assert [place for _, _, place in told] == ["", "", last]
    assert "alert" not in [kind for kind, _, _ in stream(desk, monkeypatch, last)]


def stream(
    desk: World, monkeypatch: pytest.MonkeyPatch, since: str, who: str = "tom"
) -> list[tuple[str, dict[str, str], str]]:
    """Events that their screen is told until the session ends, with the number of each."""
    client = desk.inside(who)

    async def changed(number: int, within_s: float) -> bool:
        del number, within_s
        desk.people._do("DELETE FROM sessions")
        return True

    monkeypatch.setattr(desk.hub, "changed", changed)
    found = []
    for each in client.get(f"/events?since={since}").text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in each.splitlines())
        if "event" in lines:
            found.append((lines["event"], msgspec.json.decode(lines["data"]), lines.get("id", "")))
    return found


def test_who_is_on_the_line_now_comes_before_all_else(desk: World) -> None:
    now = time.time_ns() // 1_000_000  # the page looks at the clock, and other tests may have taken their time
    desk.hear(
        alert("worst", severity="critical"),
        signal("call", "incoming_call"), alert("call", severity="info", at=now, due=9_000_000),
        signal("hours-ago", "incoming_call"), alert("hours-ago", severity="info", at=NOW - 3_600_000, due=9_000_000),
    )  # fmt: skip
    page = desk.inside("tom").get("/inbox").text
    places = [page.index(f'id="row-{name}"') for name in ("call", "worst", "a1", "hours-ago")]
    assert places == sorted(places)


def test_who_comes_into_a_shop_stands_before_those_of_that_shop_only(desk: World) -> None:
    now = time.time_ns() // 1_000_000
    desk.join("wei", "associate", (), ("north",))
    desk.hear(
        signal("worst", location_id="north"), alert("worst", severity="critical"),
        signal("came", "arrival", location_id="north"), alert("came", severity="info", at=now, customer="c-bert"),
    )  # fmt: skip
    desk.join("max", "manager")
    for who, first in (("wei", "came"), ("max", "worst")):
        page = desk.inside(who).get("/inbox").text
        assert re.findall(r'id="row-([\w-]+)"', page)[0] == first
        assert f'data-id="{first}"' in page, "the most urgent card stands open"


def test_a_card_opens_by_itself_for_who_has_a_place(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns() // 1_000_000
    desk.hear(signal("call", "incoming_call", queue="service"), alert("call", at=now, customer="c-cleo"))
    told = [facts for kind, facts, _ in stream(desk, monkeypatch, f"{desk.hub.epoch}.0") if kind == "alert"]
    assert {each["id"]: each["pop"] for each in told} == {"a1": "", "call": "bar"}
    desk.join("ben", "agent", ("agent-desk",), ("service",))
    told = [facts for kind, facts, _ in stream(desk, monkeypatch, f"{desk.hub.epoch}.0", "ben") if kind == "alert"]
    assert {each["id"]: each["pop"] for each in told}["call"] == "card"


def test_one_matter_is_one_row_whatever_teams_have_it(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    twin = msgspec.structs.replace(alert("twin", "social-care", at=NOW + 1), dedup_key="a1|social-care")
    desk.hear(signal("twin"), twin)
    desk.join("max", "manager")
    desk.join("sue", "agent", ("social-care",))
    max_ = desk.inside("max")

    def rows(who: str, tab: str = "open") -> list[str]:
        return re.findall(r'data-case="([^"]*)"', desk.inside(who).get(f"/inbox?tab={tab}").text)

    assert (rows("max"), rows("tom"), rows("sue")) == (["a1 twin"], ["a1"], ["twin"])
    assert "agent desk + social care" in max_.get("/inbox").text
    assert "of the same customer" not in max_.get("/inbox").text.partition('<section class="card"')[0]
    desk.hear(change(twin, "acknowledged", "sue"))
    assert (rows("max"), rows("max", "handled")) == (["a1 twin"], []), "it waits for the other team"
    assert "social care · handled by sue" in max_.get("/inbox").text
    desk.hear(change(desk.alerts["a1"], "acknowledged", "max", "e2"))
    assert (rows("max"), rows("max", "mine")) == ([], ["a1 twin"])
    desk.hear(change(twin, "resolved", "sue", "e3"), change(desk.alerts["a1"], "closed", "sue", "e3"))
    assert (rows("max", "mine"), rows("max", "done")) == ([], ["a1 twin"])
    assert 'href="/inbox/twin"' in max_.get("/inbox?tab=done").text, "the card that says what was done"
    desk.hear(msgspec.structs.replace(alert("again", offset=9), dedup_key="a1|agent-desk"))
    assert (rows("max"), rows("max", "done")) == (["again"], ["a1 twin"]), "the same matter another time"


def test_a_row_that_is_told_anew_names_its_whole_case(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.join("ben", "agent", ("agent-desk", "social-care"))
    desk.hear(msgspec.structs.replace(alert("twin", "social-care", at=NOW + 1), dedup_key="a1|social-care"))
    before = desk.hub.standing.number
    desk.hear(change(desk.alerts["twin"], "raised"))
    assert set(desk.hub.standing.since(before) or ()) == {"a1", "twin"}
    last = f"{desk.hub.epoch}.{before}"
    told = [facts for kind, facts, _ in stream(desk, monkeypatch, last, "ben") if kind == "alert"]
    assert {each["id"]: (each["row"], tuple(each["case"])) for each in told} == {
        "a1": ("a1", ("a1", "twin")), "twin": ("a1", ("a1", "twin")),
    }  # fmt: skip


def test_what_was_done_is_told_by_cause_and_deed(desk: World) -> None:
    desk.hear(change(desk.alerts["a1"], "resolved", "tom", reason="late courier; sent another; and a note"))
    desk.hear(alert("a2"), change(alert("a2"), "closed", reason="answered"))
    client = desk.inside("tom", **{"accept-language": "zh"})
    page = client.get("/inbox/a1", headers={"x-part": "card"}).text
    assert "<dt>原因</dt><dd>late courier</dd>" in page
    assert "<dt>处理</dt><dd>sent another; and a note</dd>" in page
    assert "已答复。" in client.get("/inbox/a2", headers={"x-part": "card"}).text


def test_evidence_is_told_in_words(desk: World) -> None:
    because = (Because("kettle-2", "chat.message"), Because("kettle-3", "silence"))
    desk.hear(msgspec.structs.replace(alert("a2"), because=because), signal("a2"))
    card = desk.inside("tom", **{"accept-language": "zh"}).get("/inbox/a2", headers={"x-part": "card"}).text
    assert [
        word
        for word in ("聊天消息", "一直没有动静", "往来编号 kettle-2", "没有人按时回复", "提醒编号")
        if word not in card
    ] == []
    assert "<dt>kettle-2</dt>" not in card


def test_the_story_of_a_pause(desk: World) -> None:
    viewer = Viewer(Person("tom", "agent"), Voice("en", knowledge()), now=NOW)
    one = desk.alerts["a1"]
    desk.hear(change(one, "snoozed", "tom", until=NOW + 1000))
    item = desk.hub.standing.get("a1")
    assert item is not None
    assert inbox.tab_of(item, viewer) == "snoozed"
    later = Viewer(viewer.person, viewer.voice, now=NOW + 1000)
    assert inbox.tab_of(item, later) == "open"


def test_what_got_worse_moves_up_and_is_open_again(desk: World) -> None:
    desk.hear(alert("other", severity="warning", due=1_000), change(desk.alerts["a1"], "snoozed", "ann", until=NOW * 2))
    client = desk.inside("tom")
    assert 'id="row-a1"' not in client.get("/inbox").text
    desk.hear(change(desk.alerts["a1"], "raised", reason="threat"))
    page = client.get("/inbox").text
    assert page.index('id="row-a1"') < page.index('id="row-other"'), "later due, and worse"


def test_what_is_handed_on_has_left_the_desk(desk: World) -> None:
    """No buttons are left on a card that is another team's now, and no way leads back to it."""
    desk.log.engine = lambda touchpoint: desk.hear(
        to_team(change(desk.alerts["a1"], "reassigned", touchpoint.staff_id, touchpoint.event_id), "conflict")
    )
    client = desk.inside("tom")
    form = {"csrf": csrf(client), "to": "conflict"}
    answer = client.post("/alerts/a1/reassign", data=form, headers={"x-part": "card"})
    assert (answer.status_code, "Handed on." in answer.text, "<button" in answer.text) == (200, True, False)
    desk.hear(alert("a2"))
    desk.log.engine = lambda touchpoint: desk.hear(
        to_team(change(desk.alerts["a2"], "reassigned", touchpoint.staff_id, touchpoint.event_id), "conflict")
    )
    assert client.post("/alerts/a2/reassign", data=form).headers["location"] == "/inbox"


def test_cards_of_one_customer_say_so(desk: World) -> None:
    """What one threat brings to several teams is told apart from several matters."""
    twin = msgspec.structs.replace(alert("a1-conflict", "conflict"), dedup_key="a1|conflict")
    desk.hear(twin, alert("another", title="They wait for a parcel"), alert("stranger", customer="c-bert"))
    client = desk.inside("tom")
    page = client.get("/inbox").text
    assert page.count("+2 of the same customer") == 2, "on both of hers that are ours"
    card = client.get("/inbox/a1", headers={"x-part": "card"}).text.split("Open for the same customer")[1]
    assert "same case" in card
    assert card.index("Nobody has answered") < card.index("They wait for a parcel"), "the same case first"
    assert "/inbox/a1-conflict" not in card, "no way to another team's desk"
    before = desk.hub.standing.number
    desk.hear(change(twin, "closed"))
    assert set(desk.hub.standing.since(before) or ()) == {"a1-conflict", "a1", "another"}, "their rows are told anew"
    assert "same case" not in client.get("/inbox/a1", headers={"x-part": "card"}).text


def test_a_card_in_another_language_is_told_in_the_readers(desk: World) -> None:
    threat = signal("zh", "threat", threat="law", found="律师")
    desk.hear(threat, msgspec.structs.replace(alert("zh", title="威胁"), language="zh"))
    client = desk.inside("tom")
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
