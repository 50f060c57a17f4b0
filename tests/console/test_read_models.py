"""The portfolio's read models, the simulator and the live picture, of a real ClickHouse whose content is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from console.pages import dialogue, empathy, holdouts, incidents, portfolio, profit, warmth
from console.pages.policy import Change, foretold
from console.pages.spending import money
from console.web import asking
from console.web.viewer import Viewer
from rapport.voice import Voice
from streams.customers.customer import Customer
from streams.knowledge.model import Knowledge
from streams.trends import impact
from tests.console.archive import Archive, ago
from tests.console.world import World, knowledge

DAY = 86_400_000
TYPES = {"ann": "best_friend", "bea": "basic_exchange", "cy": "basic_exchange", "dan": "enemy"}
POLICY = {"policy": "prime", "kind": "price", "lost": 7.5, "customers": 40, "consult": "best_friend", "in_days": 10.0}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    found = Archive(tmp_path_factory.mktemp("archive"))
    fill(found)
    yield found
    found.close()


@pytest.fixture
def shop(
    archive: Archive, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setattr(asking, "FRESH_S", 0.0)
    monkeypatch.setattr(portfolio, "FRESH_S", 0.0)
    world = World(tmp_path_factory.mktemp("world"), store=archive)
    world.everyone()
    yield world
    archive.away = False
    world.close()


def touchpoint(n: int, who: str, kind: str, days: float, **more: Any) -> dict[str, Any]:
    facts = {
        "channel": "web", "initiator": "customer", "amount": 0.0, "currency": "GBP", "order_id": "", "item_id": "",
        "staff_id": "", "campaign_id": "", "location_id": "", "properties": "{}", "session_id": "",
    }  # fmt: skip
    return {"customer_id": who, "event_id": f"e{n}", "type": kind, "occurred_at": ago(days), **facts, **more}


def fill(archive: Archive) -> None:
    archive.write("customers", [
        {"customer_id": who, "at": ago(1), "id": f"card-{who}", "relationship": type_id}
        for who, type_id in TYPES.items()
    ])  # fmt: skip
    coupon, spring = '{"coupon":"TEN"}', {"campaign_id": "spring", "session_id": "s1"}
    contacts: list[tuple[str, str, float, dict[str, Any]]] = [
        ("ann", "purchase.made", 3, {"amount": 900.0, "order_id": "o1", "item_id": "a", "location_id": "lon-01"}),
        ("ann", "purchase.made", 60, {"amount": 100.0, "order_id": "o2", "item_id": "a"}),
        ("bea", "purchase.made", 5, {"amount": 100.0, "currency": "USD", "order_id": "o3", "properties": coupon}),
        ("bea", "purchase.made", 6, {"amount": 10.0, "order_id": "o4", "properties": coupon}),
        ("cy", "chat.message", 2, {}), ("cy", "chat.message", 1, {}),
        ("ann", "chat.message", 4, {"channel": "chat"}), ("ann", "profile.updated", 4, {}),
        ("ann", "agent.answered", 3.9, {"initiator": "company", "staff_id": "zoe"}),
        ("none:x", "purchase.made", 3, {"amount": 5000.0}),
        ("bea", "message.sent", 3, {"initiator": "company", "staff_id": "zoe",
                                    "properties": '{"purpose":"promo","tone":"playful"}'}),
        ("ann", "message.sent", 3, {"initiator": "company", "properties": '{"purpose":"care","tone":"warm"}'}),
        ("ann", "feedback.suggested", 20, {}), ("bea", "feedback.suggested", 20, {}),
        ("dan", "web.viewed", 0.001, spring), ("dan", "cart.added", 0.001, spring),
        ("dan", "web.engaged", 0.001, {**spring, "properties": '{"dwell_s":300}'}),
    ]  # fmt: skip
    archive.write("touchpoints", [
        touchpoint(n, who, kind, days, **more) for n, (who, kind, days, more) in enumerate(contacts)
    ])  # fmt: skip
    archive.write("shifts", [
        {"customer_id": "ann", "at": ago(40), "id": "1", "from": "complete_stranger", "to": "buddy", "probability": .5},
        {"customer_id": "ann", "at": ago(9), "id": "2", "from": "buddy", "to": "best_friend", "probability": .8},
        {"customer_id": "dan", "at": ago(2), "id": "3", "from": "complete_stranger", "to": "enemy", "probability": .9},
    ])  # fmt: skip
    held = '{"alert":"held_out"}'
    signals: list[tuple[str, str, float, str, str, str, list[str]]] = [
        ("ann", "ignored_suggestion", 18, "warning", "{}", "", []),
        ("ann", "template_mismatch", 3, "warning", "{}", "", []),
        ("bea", "contact_rule_broken", 3, "error", "{}", "", ["e10"]),
        ("cy", "repeat_contact", 1, "warning", "{}", "", []),
        ("dan", "arrival", .001, "info", '{"location_id":"lon-01"}', "", []),
        ("", "policy_impact", 1, "warning", json.dumps(POLICY), '{"policy_id":"prime"}', []),
        ("", "cause_rising", .2, "error", '{"state":"open","cusum":6.1,"complaints":9,"affected":243,"baseline":1.0}',
         '{"cause":"late"}', []),
    ]  # fmt: skip
    signals += [(f"t{n}", "plateau", 60, "info", "{}", "", []) for n in range(20)]
    signals += [(f"t{n}", "threat", 50, "error", "{}", "", []) for n in range(2)]
    signals += [(f"h{n}", "plateau", 60, "info", held, "", []) for n in range(20)]
    signals += [(f"h{n}", "threat", 50, "error", "{}", "", []) for n in range(15)]
    archive.write("signals", [
        {"customer_id": who, "at": ago(days), "id": f"s{n}", "name": name, "severity": severity, "values": values,
         "scope": scope, "because_events": because}
        for n, (who, name, days, severity, values, scope, because) in enumerate(signals)
    ])  # fmt: skip
    scope = '{"measure":"cause_rising","cause":"late"}'
    archive.write("measures", [
        {"at": ago(day), "bucket": ago(day), "id": f"m{day}", "scope": scope, "total": 1 if day > 1 else 9,
         "cause_offset": 100 - day}
        for day in range(30, 0, -1)
    ])  # fmt: skip


def rows(archive: Archive, sql: str, **more: Any) -> list[dict[str, Any]]:
    now = Viewer(None, Voice("en", knowledge())).now
    told = {"a": now - 28 * DAY, "b": now, "step": DAY, **money(knowledge()), **dialogue.ASSUMED, **incidents.ASKING}
    return list(archive.query(sql, {**told, "breaches": list(empathy.BREACHES), **more}).dicts())


def viewer() -> Viewer:
    return Viewer(None, Voice("en", knowledge(), asked=True))


def text(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_types_by_worth_and_trend(shop: World) -> None:
    page = text(shop.inside("analyst"), "/portfolio")
    assert "1,000 GBP 1,000 GBP +89 % 0.0" in page, "a close friend: 1,000 in 90 days, 900 of it of late"
    assert "88 GBP 44 GBP +100 %" in page, "two value buyers, one in dollars"
    assert "5,000" not in page, "what nobody could be told from is no customer's"


def test_warmth_is_probability_times_closeness(archive: Archive) -> None:
    now = viewer().now
    span = now - 28 * DAY, now, DAY
    found = warmth.panel(
        rows(archive, warmth.QUESTION), rows(archive, warmth.PEOPLE), span, knowledge(), viewer()
    )  # fmt: skip
    close = {each.id: each.closeness for each in knowledge().types}
    begun, now_is = close["buddy"] * 0.5, close["best_friend"] * 0.8 + close["enemy"] * 0.9
    assert found is not None
    assert (found["people"], found["now"]) == (2, pytest.approx(50 * now_is))
    assert found["moved"] == pytest.approx(50 * (now_is - begun))
    assert not found["many"]
    late = warmth.panel(
        rows(archive, warmth.QUESTION, a=now - 50 * DAY), rows(archive, warmth.PEOPLE), (now - 50 * DAY, now, DAY),
        knowledge(), viewer(),
    )  # fmt: skip
    assert late is not None
    assert late["moved"] is None, "nobody was there at the beginning"


def test_the_profit_curve(archive: Archive) -> None:
    (found,) = rows(archive, profit.QUESTION)
    assert (int(found["n"]), int(found["losing"])) == (3, 1), "who only asks costs money"
    curve = [float(each) for each in found["curve"]]
    assert (len(curve), curve[0]) == (101, 0.0)
    assert max(curve) > curve[-1] == pytest.approx(float(found["total"]))
    assert int(found["buyers"]) == 2
    few = profit.panel([found], viewer())
    assert few is not None
    assert (few["many"], "picture" in few) == (False, False), "of two who have bought nothing can be said"
    told = profit.panel([{**found, "buyers": 20}], viewer())
    assert told is not None
    assert told["peak"] > 1
    flat = profit.panel([{**found, "buyers": 20, "total": max(curve)}], viewer())
    assert flat is not None
    assert flat["peak"] is None, "a curve that does not fall has none"
    lossy = profit.panel(rows(archive, profit.QUESTION, contact=900.0), viewer())
    assert lossy is not None
    assert (lossy["lossy"], "picture" in lossy) == (True, False), "shares of a loss say nothing"


@pytest.mark.parametrize("asked", ["margin=0", "margin=many", "margin=nan", "contact=-1", "contact=inf"])
def test_a_margin_that_is_none(shop: World, asked: str) -> None:
    assert shop.inside("manager").get(f"/portfolio?{asked}").status_code == 422


def test_who_comes_for_the_coupon(shop: World) -> None:
    page = text(shop.inside("manager"), "/portfolio")
    assert "2 / 4 of orders with a coupon 1 customers who come for the coupon" in page


def test_empathy(archive: Archive, shop: World) -> None:
    found = {name: rows(archive, sql) for name, sql in empathy.QUESTIONS.items()}
    told = empathy.figures(found, knowledge())
    assert (told["answered"], told["mistaken"]) == ((1, 2), (1, 2)), "one suggestion of two, one customer of two"
    assert told["given"] is not None
    assert 0 <= told["given"][0] <= told["given"][1] == 2
    page = text(shop.inside("manager"), "/portfolio/treatment")
    assert "zoe 2 1" in page, "two contacts, and a rule broken in one"
    assert "1 : 1 care : promotion" in page
    assert "1 / 2 of suggestions" in page, "of few no percentage"
    assert "zoe" not in text(shop.inside("analyst"), "/portfolio/treatment"), "nobody's name"


def test_nothing_is_a_share_of_nothing() -> None:
    nothing = {
        "treated": [], "mistaken": [{"mistaken": 0, "written": 0}], "suggested": [{"suggested": 0, "ignored": 0}]
    }  # fmt: skip
    assert set(empathy.figures(nothing, knowledge()).values()) == {None}


def test_from_dialogue_to_profit(archive: Archive, shop: World) -> None:
    (found,) = rows(archive, dialogue.QUESTIONS["dialogue"])
    assert [int(found[name]) for name in ("people", *dialogue.STAGES)] == [4, 1, 1, 1, 1]
    page = text(shop.inside("analyst"), "/portfolio/effects")
    assert "spring 1.0 5.0" in page, "one visit of five minutes"


def test_what_an_alert_brings_about(archive: Archive) -> None:
    (found,) = holdouts.panel(rows(archive, holdouts.QUESTION), viewer())
    assert (found["treated"], found["held"]) == ((2, 20), (15, 20))
    assert found["effect"].above > 0.99
    assert found["effect"].low < found["effect"].mean < found["effect"].high


def test_what_a_change_costs_is_what_the_engine_foretells() -> None:
    counts, rule = {"best_friend": 10, "basic_exchange": 40}, knowledge().signals[impact.NAME]
    told = foretold(knowledge(), viewer(), Change("price", 0.25, None), counts, rule)
    assert told is not None
    losses = impact.expected(counts, knowledge().types, "price", 0.25, rule)
    assert told["lost"] == pytest.approx(sum(loss.customers for loss in losses))
    assert [loss.type for loss in told["first"]] == ["best_friend", "basic_exchange"]
    dearer = foretold(knowledge(), viewer(), Change("price", 0.5, None), counts, rule)
    assert dearer is not None
    assert dearer["lost"] > told["lost"]
    assert foretold(knowledge(), viewer(), Change("price", 0.5, None), {}, rule) is None


def test_the_simulator(shop: World) -> None:
    page = text(shop.inside("manager"), "/portfolio/policy?kind=price&size=25&at=2020-01-01")
    assert [word for word in ("of 4 customers", "close friend", "That day is past", "prime") if word not in page] == []
    assert "ann" in page, "by name, to who may see customers"
    assert "ann" not in text(shop.inside("analyst"), "/portfolio/policy?kind=price").split("Ask these first")[1]


@pytest.mark.parametrize("asked", ["kind=weather", "size=101", "size=-1", "size=nan", "size=much", "at=soon"])
def test_a_change_that_is_none(shop: World, asked: str) -> None:
    answer = shop.inside("manager").get(f"/portfolio/policy?{asked}")
    assert (answer.status_code, "Say what changes" in answer.text) == (422, True)


def test_live(shop: World) -> None:
    page = text(shop.inside("manager"), "/live?window=1d")
    assert [word for word in ("late", "9 complaints", "243 people affected", "London Covent", "looked", "put something")
            if word not in page] == []  # fmt: skip
    answer = shop.inside("manager").get("/live?window=1d").text
    assert 'class="limit"' in answer, "where the alarm is"
    assert "style=" not in answer, "the content policy lets none through"
    back = re.search(r"until=([\d\-T:]+)\" rel=\"prev\"", answer)
    assert back is not None
    assert 'rel="next"' not in answer
    before = shop.inside("manager").get(f"/live?window=1h&until={back[1]}").text
    assert 'rel="next"' in before
    assert "9 complaints" not in before


def test_while_the_archive_is_away(shop: World, archive: Archive) -> None:
    client = shop.inside("manager")
    paths = ("/live?window=1h", "/portfolio", "/portfolio/treatment", "/portfolio/effects", "/portfolio/policy")
    for path in paths:
        assert "away" not in text(client, path)
    archive.away = True
    for path in paths:
        assert "The archive is away. Charts are as of" in text(client, path)
    assert "The archive is away: no charts." in text(client, "/live?window=6h")


def test_in_chinese(shop: World) -> None:
    client = shop.inside("manager", **{"accept-language": "zh"})
    for path in ("/portfolio", "/portfolio/treatment", "/portfolio/effects", "/portfolio/policy", "/live"):
        page = text(client, path)
        assert not re.search(r"\b(customers|orders|Warmth|incident)\b", page), path


def test_a_customer_is_shown_as_they_stood(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def state(_settings: object, key: str, at: int, rules: Knowledge) -> Customer:
        asked.append(at)
        return Customer(first=at, latest=at, declared=rules.type_index["buddy"])

    monkeypatch.setattr("replay.past.state_at", state)
    monkeypatch.setattr("console.pages.reading.of_kafka", lambda _cluster: lambda _id, _patience_s: None)
    manager, then = shop.inside("manager"), int(ago(20).timestamp() * 1000)
    page = manager.get(f"/customers/ann?at={then}").text
    assert asked == [then]
    assert "As it stood at" in page
    turns = [int(at) for at in re.findall(r'href="/customers/ann\?at=(\d+)"', page)]
    assert [round((then - at) / DAY) for at in turns] == [20, -11], "the turn before, and the one after"
    assert 'action="/notes"' not in page, "nothing is noted in the past"
    assert page.count("Purchase") == 1, "of sixty days ago, not the one of three days ago"
    assert manager.get("/customers/ann?at=yesterday").status_code == 422
    now = manager.get(f"/customers/ann?at={then + 90 * DAY}").text
    assert "As it stood at" not in now, "what is to come is not known"
    assert now.count("Purchase") == 2
    assert asked == [then]
