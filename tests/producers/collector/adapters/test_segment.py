"""Segment's calls: each event of its specifications, the four times, who it was; rubbish changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Refused
from producers.collector.adapters.segment.api import BATCHES, CALLS, MAX_CALL
from producers.collector.adapters.segment.table import FILE
from schemas import times, wire
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.records import Touchpoint
from tests.producers.collector import payloads
from tests.producers.collector.collecting import KEY, NOW, Service, adapters, request, taken

KEYS = f"keys: [{{name: shop, key: '{KEY}'}}]"
(SEGMENT,) = adapters(f"segment: {{{KEYS}}}")


def call(path: str, **content: Any) -> Touchpoint:
    (found,) = taken(SEGMENT, f"/v1/{path}", {"messageId": "m-1", "anonymousId": "a-1", **content})
    assert isinstance(found, Touchpoint), found
    return found


def track(event: str, /, **more: Any) -> Touchpoint:
    return call("track", event=event, **more)


@pytest.mark.parametrize("payload", payloads.cases("segment"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    path = f"/v1/{payload.name.split('.')[0].split('-')[0]}"
    route = next(each for each in SEGMENT.routes if each.path == path)
    assert payloads.told(SEGMENT, request(route, payload.read_bytes())) == payloads.expected(payload)


@pytest.mark.parametrize(
    ("event", "properties", "kind", "channel", "expected"),
    [
        pytest.param("Products Searched", {"query": "tea"}, "web.searched", "web", {"query": "tea"}, id="search"),
        pytest.param("Product Viewed", {"name": "Tea"}, "web.viewed", "web", {"title": "Tea"}, id="view"),
        pytest.param("product_added", {}, "cart.added", "web", {}, id="another spelling of the name"),
        pytest.param("Checkout Step Viewed", {"step": 2}, "checkout.step", "web", {"step": 2}, id="its own step"),
        pytest.param("Checkout Started", {}, "checkout.step", "web", {"step": "started"}, id="a step without a name"),
        pytest.param("Order Cancelled", {"order_id": "A"}, "order.cancelled", "web", {}, id="cancelled"),
        pytest.param("Order Refunded", {"order_id": "A"}, "order.returned", "web", {}, id="refunded"),
        pytest.param("Coupon Applied", {"coupon_name": "X"}, "app.event", "app", {"name": "coupon.applied"},
                     id="coupon"),
        pytest.param("Product Reviewed", {"rating": "4"}, "feedback.rated", "web", {"score": 4.0}, id="a review"),
        pytest.param("Product Reviewed", {"review_id": "r"}, "app.event", "app", {"name": "Product Reviewed"},
                     id="a review without a rating is none"),
        pytest.param("Product Shared", {"share_via": "email"}, "social.shared", "social", {"network": "email"},
                     id="shared"),
        pytest.param("Email Delivered", {}, "message.sent", "email", {"purpose": "promo"}, id="e-mail"),
        pytest.param("Email Delivered", {"purpose": "care"}, "message.sent", "email", {"purpose": "care"},
                     id="e-mail, care"),
        pytest.param("Email Delivered", {"purpose": "whim"}, "message.sent", "email",
                     {"purpose": "promo", "purpose_as_sent": "whim"}, id="a purpose that is none"),
        pytest.param("Email Marked as Spam", {}, "message.unsubscribed", "email", {"reason": "spam"}, id="spam"),
        pytest.param("Push Notification Tapped", {}, "message.clicked", "push", {}, id="push"),
        pytest.param("Application Opened", {}, "app.event", "app", {"name": "app.opened"}, id="life cycle"),
        pytest.param("Live Chat Message Sent", {"message_body": "Hi"}, "chat.message", "chat", {}, id="chat, theirs"),
        pytest.param("Live Chat Message Received", {"message_body": "Hi"}, "agent.answered", "chat", {},
                     id="chat, ours"),
        pytest.param("Video Playback Paused", {}, "app.event", "app", {"name": "video.paused"}, id="video"),
        pytest.param("Signed Up", {"username": "anna"}, "club.joined", "web", {}, id="account"),
        pytest.param("Account Deleted", {}, "app.event", "app", {"name": "account.close.requested"},
                     id="account closed"),
        pytest.param("Sommelier Asked", {"name": "tea"}, "app.event", "app",
                     {"name": "Sommelier Asked", "name_as_sent": "tea"}, id="a name of nobody"),
    ],
)  # fmt: skip
def test_events_of_the_specifications(
    event: str, properties: dict[str, Any], kind: str, channel: str, expected: dict[str, Any]
) -> None:
    found = track(event, properties=properties)
    assert (found.type, found.channel) == (kind, channel)
    assert wire.properties(found).items() >= expected.items()


def test_every_event_of_the_table_becomes_its_type_or_lacks_what_that_needs() -> None:
    for event, rule in yaml.safe_load(FILE.read_text())["events"].items():
        given_properties = {"rating": 3} if rule["type"] == "feedback.rated" else {}
        assert track(event, properties=given_properties).type == rule["type"], event


def test_names_of_your_own() -> None:
    own = "events: {Bought Stuff: {type: order.placed, channel: store, fields: {amount: [sum], order_id: [number]}}}"
    (adapter,) = adapters(f"segment: {{{KEYS}, {own}}}")
    (found,) = taken(
        adapter, "/v1/t", {"event": "bought_stuff", "userId": "u", "properties": {"sum": 9.5, "number": 17}}
    )
    assert isinstance(found, Touchpoint)
    assert (found.type, found.channel, found.amount, found.order_id) == ("order.placed", "store", 9.5, "17")


def test_an_order_makes_a_purchase_of_each_line() -> None:
    lines = [{"product_id": "p-1", "price": 2.5, "quantity": 4}, "rubbish", {"sku": "s-2", "total": "7", "coupon": []}]
    properties = {"order_id": "A-1", "total": "17.00", "currency": "eur", "products": lines}
    order, *bought = taken(SEGMENT, "/v1/track", {
        "messageId": "m-1", "userId": "u", "event": "Order Completed", "properties": properties,
    })  # fmt: skip
    assert isinstance(order, Touchpoint)
    assert (order.type, order.amount, order.currency, order.order_id) == ("order.placed", 17.0, "EUR", "A-1")
    assert [
        (each.event_id, each.type, each.item_id, each.amount, each.quantity, each.order_id, each.currency)
        for each in bought if isinstance(each, Touchpoint)
    ] == [
        ("m-1:0", "purchase.made", "p-1", 10.0, 4.0, "A-1", "EUR"),
        ("m-1:2", "purchase.made", "s-2", 7.0, None, "A-1", "EUR"),
    ]  # fmt: skip


SENT = "2026-05-28T20:00:00.000Z"
"""By a clock that is 26 minutes and 40 seconds slow: `NOW` is 20:26:40."""


@pytest.mark.parametrize(
    ("stamps", "occurred"),
    [
        pytest.param({"timestamp": "2026-05-28T19:59:00.000Z", "sentAt": SENT}, "2026-05-28T20:25:40.000Z",
                     id="receivedAt - (sentAt - timestamp)"),
        pytest.param({"originalTimestamp": "2026-05-28T19:59:00Z", "timestamp": "2020-01-01T00:00:00Z", "sentAt": SENT},
                     "2026-05-28T20:25:40.000Z", id="the original stands before the corrected"),
        pytest.param({"timestamp": "2026-05-28T21:59:00+02:00", "sentAt": SENT}, "2026-05-28T22:25:40.000+02:00",
                     id="the offset of the source is kept"),
        pytest.param({"timestamp": "2026-05-28T19:59:00Z"}, "2026-05-28T19:59:00.000Z", id="not sent: as it is"),
        pytest.param({"timestamp": "2026-05-28T19:59:00Z", "sentAt": "noon"}, "2026-05-28T19:59:00.000Z",
                     id="a time of sending that is none corrects nothing"),
        pytest.param({}, "2026-05-28T20:26:40.000Z", id="none: when it was received"),
        pytest.param({"timestamp": "2026-05-28T19:59:00.123456"}, "2026-05-28T19:59:00.123Z", id="no offset is UTC"),
        pytest.param({"timestamp": 1779998340}, "2026-05-28T19:59:00.000Z", id="seconds"),
        pytest.param({"timestamp": 1779998340000}, "2026-05-28T19:59:00.000Z", id="milliseconds"),
        pytest.param({"timestamp": "2026-05-28T19:59:00+0000"}, "2026-05-28T19:59:00.000Z",
                     id="an offset without colon"),
        pytest.param({"timestamp": "2026-05-28"}, "2026-05-28T00:00:00.000Z", id="a day"),
    ],
)  # fmt: skip
def test_the_four_times(stamps: dict[str, Any], occurred: str) -> None:
    found = track("Signed In", **stamps)
    assert times.write(found.occurred_at, found.occurred_offset) == occurred
    assert found.received_at == NOW
    assert (found.sent_at is None) == (stamps.get("sentAt") != SENT)


def test_a_batch_says_for_all_when_it_was_sent() -> None:
    calls = [{"type": "track", "event": "Signed In", "userId": "u", "timestamp": "2026-05-28T19:59:00Z"}]
    (found,) = taken(SEGMENT, "/v1/batch", {"batch": calls, "sentAt": SENT})
    assert isinstance(found, Touchpoint)
    assert times.write(found.occurred_at) == "2026-05-28T20:25:40.000Z"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"userId": "u-1"}, {"customer_id": "u-1", "cookie": "a-1"}, id="both, so that they can be linked"),
        pytest.param({"userId": 17}, {"customer_id": "17", "cookie": "a-1"}, id="a number"),
        pytest.param({"userId": ""}, {"cookie": "a-1"}, id="an empty id is none"),
        pytest.param({"userId": None}, {"cookie": "a-1"}, id="null is none"),
        pytest.param({"user_id": "u-1"}, {"customer_id": "u-1", "cookie": "a-1"}, id="the older way to write it"),
        pytest.param({"context": {"traits": {"email": "A@B.org"}}}, {"cookie": "a-1", "email": "a@b.org"}, id="traits"),
        pytest.param({"context": {"traits": {"email": "null"}}}, {"cookie": "a-1"}, id="traits that say nothing"),
        pytest.param({"context": {"device": {"id": "d-1"}}, "channel": "mobile"}, {"cookie": "a-1", "device": "d-1"},
                     id="a device"),
        pytest.param({"context": {"device": {"id": "00000000-0000-0000"}}, "channel": "mobile"}, {"cookie": "a-1"},
                     id="a device that hides"),
    ],
)  # fmt: skip
def test_who_it_was(content: dict[str, Any], expected: dict[str, str]) -> None:
    assert wire.touchpoint_to_json(track("Signed In", **content))["identifiers"] == expected


def test_traits_may_stand_in_the_context_as_rudderstack_sends_them() -> None:
    found = call("identify", userId="u-1", context={"traits": {"email": "a@b.org", "plan": "gold", "friends": 1}})
    assert (found.email, wire.properties(found)["fields"]) == ("a@b.org", {"plan": "gold", "friends": 1})
    both = call("identify", userId="u-1", traits={"plan": "gold"}, context={"traits": {"plan": "old", "friends": 1}})
    assert wire.properties(both)["fields"] == {"plan": "gold", "friends": 1}


def test_identify_says_who_they_are_and_keeps_the_address_out_of_the_profile() -> None:
    found = call("identify", userId="u-1", traits={"email": "a@b.org", "createdAt": "2024-01-01", "plan": "gold"})
    assert (found.type, found.customer_id, found.email) == ("profile.updated", "u-1", "a@b.org")
    assert wire.properties(found)["fields"] == {"member_since": "2024-01-01", "plan": "gold"}


@pytest.mark.parametrize(
    ("previous", "kind"),
    [pytest.param("x-1", "cookie", id="an anonymous id"), pytest.param("a@b.org", "email", id="mail")],
)
def test_alias_links_under_the_weaker_identifier(previous: str, kind: str) -> None:
    found = call("alias", userId="u-1", previousId=previous)
    assert (found.type, found.customer_id, getattr(found, kind)) == ("identity.linked", None, previous)
    assert wire.properties(found) == {"from": f"{kind}:{previous}", "to": "u-1"}


@pytest.mark.parametrize(
    ("content", "reason", "field"),
    [
        pytest.param({"userId": "undefined"}, "sentinel_identifier", "identifiers.customer_id", id="a sentinel"),
        pytest.param({"userId": {"a": 1}}, "wrong_type", "identifiers.customer_id", id="an id that is an object"),
        pytest.param({"timestamp": "yesterday"}, "bad_date", "occurred_at", id="no time"),
        pytest.param({"type": "dance"}, "unknown_type", "type", id="no call"),
        pytest.param({"type": None}, "missing_field", "type", id="no type"),
        pytest.param({"event": ""}, "missing_field", "event", id="no name"),
        pytest.param({"event": ["x"]}, "missing_field", "event", id="a name that is a list"),
        pytest.param({"type": "alias"}, "missing_field", "previousId", id="an alias of nobody"),
        pytest.param({"properties": {"a": "\0"}}, "nul_character", "properties.a", id="NUL"),
    ],
)
def test_a_bad_call_of_a_batch_is_rejected_alone(content: dict[str, Any], reason: str, field: str) -> None:
    good = {"type": "track", "event": "Signed In", "userId": "u-1"}
    batch = {"batch": [good, {**good, **content}, good]}
    one, fault, other = taken(SEGMENT, "/v1/batch", batch)
    assert isinstance(one, Touchpoint)
    assert isinstance(other, Touchpoint)
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.faults[0].field) == (reason, field)
    assert json.loads(fault.original) == {**good, **content}


def test_what_is_too_large_is_refused_alone_or_whole() -> None:
    large = {"type": "track", "event": "x", "userId": "u", "properties": {"a": "a" * MAX_CALL}}
    small = {"type": "track", "event": "x", "userId": "u"}
    fault, good = taken(SEGMENT, "/v1/batch", {"batch": [large, small]})
    assert (isinstance(fault, Fault) and fault.reason, isinstance(good, Touchpoint)) == ("too_large", True)
    with pytest.raises(Refused) as refused:
        taken(SEGMENT, "/v1/track", large)
    assert refused.value.status == 413


@pytest.mark.parametrize("path", [*CALLS, *BATCHES])
def test_every_path_takes_a_page_that_leaves_with_the_key_in_its_body(path: str) -> None:
    content = {"event": "x", "userId": "u", "previousId": "p", "groupId": "g"}
    body = {"batch": [{**content, "type": "track"}]} if path in BATCHES else content
    headers = {"content-type": "text/plain;charset=UTF-8"}
    (found,) = taken(SEGMENT, f"/v1/{path}", {**body, "writeKey": KEY}, headers)
    assert isinstance(found, Touchpoint)


def test_without_an_id_the_same_request_has_the_same() -> None:
    content = {"event": "x", "userId": "u"}
    first, again, other = (taken(SEGMENT, "/v1/track", c) for c in (content, content, {**content, "event": "y"}))
    assert first == again
    assert first != other


def test_the_browser_is_sent_to_the_host_that_it_asked() -> None:
    route = next(each for each in SEGMENT.routes if each.path.endswith("/settings"))
    asked = request(route, b"", {}, f"https://collect.shop.example:8443/v1/projects/{KEY}/settings")
    answer = SEGMENT.take(msgspec.structs.replace(asked, args={"key": KEY})).answer
    found = json.loads(answer.body)["integrations"]["Segment.io"]
    assert (found["apiKey"], found["apiHost"], found["protocol"]) == (KEY, "collect.shop.example:8443/v1", "https")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
FIELD = st.sampled_from([
    "type", "event", "userId", "anonymousId", "messageId", "timestamp", "originalTimestamp", "sentAt", "properties",
    "traits", "context", "groupId", "previousId", "channel", "name", "integrations",
])  # fmt: skip
WORDS = st.sampled_from([
    *CALLS.values(), "Order Completed", "Email Delivered", "Product Reviewed", "Live Chat Message Sent",
    "2026-05-28T19:59:00Z", "undefined", "mobile",
])  # fmt: skip
INSIDE = (
    "page", "device", "library", "campaign", "traits", "locale", "products", "price", "total", "quantity", "currency",
    "rating", "name", "url", "step", "order_id", "message_body",
)  # fmt: skip
DEEP = st.fixed_dictionaries({}, optional=dict.fromkeys(INSIDE, JSON))


@given(st.dictionaries(FIELD, JSON | WORDS | DEEP, max_size=10))
def test_whatever_a_call_holds_it_is_a_touchpoint_of_the_contract_or_a_fault(content: dict[str, Any]) -> None:
    for each in taken(SEGMENT, "/v1/batch", {"batch": [content]}):
        if isinstance(each, Touchpoint):
            again = read_line(json.dumps(wire.touchpoint_to_json(each)).encode())
            assert again == each
        else:
            assert each.faults


@pytest.mark.parametrize("number", [b"9" * 5_000, b"-" + b"9" * 400, b"1e999", b"1e308", b"0.1e-400"])
@pytest.mark.parametrize("name", ["userId", "messageId", "timestamp", "event", "sentAt"])
def test_a_number_beyond_all_bounds_is_no_fault_of_ours(name: str, number: bytes) -> None:
    service = Service(f"segment: {{{KEYS}}}")
    body = b'{"event": "Order Completed", "properties": {"total": %s, "price": %s}, "%s": %s}'
    for path in ("/v1/track", "/v1/identify"):
        reply = service.ask("POST", path, body % (number, number, name.encode(), number))
        assert reply.status in (200, 400), reply.body


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_rubbish_is_refused_or_rejected(body: bytes) -> None:
    for path in ("/v1/batch", "/v1/track", "/v1/alias"):
        route = next(each for each in SEGMENT.routes if each.path == path)
        answer = payloads.answered(SEGMENT, request(route, body))
        assert answer is not None
