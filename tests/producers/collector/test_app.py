"""What a caller of the collector can rely on, whatever the source."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from producers.collector.app import MAX_BODY
from tests.producers.collector.collecting import BASIC, BEARER, KEY, NOW, Service
from tests.producers.world import line

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GOOD, OTHER = line("e-1"), line("e-2", customer="c-2")
BAD = line("e-3", channel="carrier pigeon")
PATH = "/v1/touchpoints"


def track(**more: Any) -> dict[str, Any]:
    return {"messageId": "m-1", "userId": "anna", "event": "Signed In", **more}


def encoded(content: Any) -> bytes:
    return json.dumps(content).encode()


def test_what_is_acknowledged_is_in_the_log() -> None:
    service = Service()
    assert service.ask("POST", PATH, GOOD).json == {"accepted": 1, "rejected": []}
    (found,) = service.touchpoints
    assert (found.event_id, found.customer_id, found.received_at) == ("e-1", "c-1", NOW)


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        pytest.param(PATH, GOOD, {}, id="no key"),
        pytest.param(PATH, GOOD, {"authorization": "Bearer wrong"}, id="a wrong one"),
        pytest.param(PATH, GOOD, {"authorization": "Basic %%%"}, id="no base64"),
        pytest.param(PATH, GOOD, {"authorization": "Digest x"}, id="another scheme"),
        pytest.param("/v1/track", encoded(track()), {}, id="no key, nor one in the body"),
        pytest.param("/v1/track", encoded(track(writeKey="wrong")), {}, id="a wrong one in the body"),
        pytest.param("/v1/batch", encoded({"batch": [], "writeKey": {}}), {}, id="one in the body that is no text"),
        pytest.param("/v1/cloudevents", b"{}", {}, id="CloudEvents"),
    ],
)
def test_who_has_no_key_is_refused(path: str, body: bytes, headers: Mapping[str, str]) -> None:
    service = Service()
    reply = service.ask("POST", path, body, headers)
    assert (reply.status, reply.json["error"]) == (401, "wrong_key")
    assert service.touchpoints == []


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        pytest.param(PATH, b'{"event_id": }', "line 1, column 14", id="our own"),
        pytest.param(PATH, b"[" + GOOD + b",\n  oops]", "line 2, column 3", id="an array"),
        pytest.param("/v1/track", b'{"event":\n "x",}', "line 2, column 6", id="a call"),
        pytest.param("/v1/batch", b'{"batch": [{"type": "track"', "line 1, column 28", id="a batch that is cut off"),
        pytest.param("/v1/track", b'{"event": "\xff"}', "line 1, column 12: is not UTF-8", id="no UTF-8"),
        pytest.param("/v1/track", b"[1]", "another form", id="no object"),
        pytest.param("/v1/track", b"", "line 1, column 1", id="nothing"),
        pytest.param("/v1/track", b"[" * 200_000, "too large", id="a call of brackets"),
        pytest.param("/v1/batch", b'{"batch":' + b"[" * 200_000, "nested too deeply", id="a batch of brackets"),
    ],
)
def test_bad_json_is_refused_with_its_place(path: str, body: bytes, detail: str) -> None:
    reply = Service().ask("POST", path, body)
    if detail == "too large":
        assert reply.status == 413
    else:
        assert (reply.status, reply.json["error"]) == (400, "not_json")
        assert detail in reply.json["detail"]


def test_one_bad_event_of_a_batch_is_rejected_alone_and_kept() -> None:
    service = Service()
    reply = service.ask("POST", PATH, b"[%s,%s,%s]" % (GOOD, BAD, OTHER))
    assert (reply.status, reply.json["accepted"]) == (200, 2)
    (rejected,) = reply.json["rejected"]
    assert (rejected["index"], rejected["reason"], rejected["event_id"]) == (1, "bad_value", "e-3")
    assert [fault["field"] for fault in rejected["faults"]] == ["channel"]
    assert sorted(each.event_id for each in service.touchpoints) == ["e-1", "e-2"]
    ((said, original),) = service.letters
    assert original == BAD
    assert (said["stage"], said["file"], said["line"]) == ("producer", f"POST {PATH}", "1")


@pytest.mark.parametrize(
    ("bad", "field", "told"),
    [
        pytest.param(
            line("e-3", properties={"x": "HERE"}).replace(b'"HERE"', b"1e999"), "properties.x", "not a finite number",
            id="a number that no float holds",
        ),
        pytest.param(line("e-3", amount=-1e13), "amount", "at most 1,000,000,000,000", id="more than there is"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_by_its_field_with_the_remedy(bad: bytes, field: str, told: str) -> None:
    service = Service()
    reply = service.ask("POST", PATH, b"[" + b",".join((GOOD, bad)) + b"]")
    assert (reply.status, reply.json["accepted"]) == (200, 1)
    (fault,) = reply.json["rejected"][0]["faults"]
    assert fault["field"] == field
    assert told in f"{fault['what']} ({fault['remedy']})"
    assert service.ask("POST", PATH, bad).status == 400


def test_a_single_bad_event_is_a_bad_request_and_kept() -> None:
    service = Service()
    assert service.ask("POST", PATH, BAD).status == 400
    assert [original for _, original in service.letters] == [BAD]


@pytest.mark.parametrize("kind", ["clock.tick", "history.begun", "knowledge.activated", "customer.reset"])
def test_types_of_the_line_are_refused(kind: str) -> None:
    service = Service()
    reply = service.ask("POST", PATH, line("e-1", type=kind, properties={"run": "r", "version": "v"}))
    assert (reply.status, reply.json["rejected"][0]["reason"]) == (400, "refused_type")
    assert service.touchpoints == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(gzip.compress(GOOD), {"content-encoding": "gzip"}, 200, id="gzip"),
        pytest.param(zlib.compress(GOOD), {"content-encoding": "deflate"}, 200, id="deflate"),
        pytest.param([GOOD[:40], GOOD[40:90], GOOD[90:]], {}, 200, id="in pieces"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, {}, 200, id="a byte order mark"),
        pytest.param(GOOD, {"content-encoding": "gzip"}, 400, id="no gzip though it says so"),
        pytest.param(gzip.compress(GOOD)[:-9], {"content-encoding": "gzip"}, 400, id="gzip, cut off"),
        pytest.param(GOOD, {"content-encoding": "br"}, 415, id="a packing that is not known"),
        pytest.param(gzip.compress(b" " * (MAX_BODY + 1)), {"content-encoding": "gzip"}, 413, id="a bomb"),
        pytest.param(b" " * (MAX_BODY + 1), {}, 413, id="too large, and it says so"),
        pytest.param([b" " * MAX_BODY, b" "], {"content-length": "1"}, 413, id="too large, and it lies"),
    ],
)
def test_bodies_are_unpacked_within_bounds(
    body: bytes | Sequence[bytes], headers: dict[str, str], status: int
) -> None:  # fmt: skip
    assert Service().ask("POST", PATH, body, {**BASIC, **headers}).status == status


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        pytest.param("/v1/batch", b'{"batch":[%s]}' % b",".join([b"{}"] * 10_001), {}, id="calls"),
        pytest.param(PATH, b"[%s]" % b",".join([b"{}"] * 10_001), {}, id="an array"),
        pytest.param(PATH, b"{}\n" * 10_001, {"content-type": "application/x-ndjson"}, id="lines"),
        pytest.param("/v1/cloudevents", b"[%s]" % b",".join([b"{}"] * 10_001),
                     {"content-type": "application/cloudevents-batch+json"}, id="CloudEvents"),
    ],
)  # fmt: skip
def test_no_request_holds_up_all_others(path: str, body: bytes, headers: dict[str, str]) -> None:
    reply = Service().ask("POST", path, body, {**BASIC, **headers})
    assert (reply.status, reply.json["error"]) == (413, "too_many_events")


@pytest.mark.parametrize("lack", ["away", "full", "silent"])
def test_without_kafka_nothing_is_accepted_and_the_caller_comes_again(lack: str) -> None:
    service = Service()
    service.written.now = "running" if lack == "silent" else lack
    service.written.fails = lack == "silent"
    reply = service.ask("POST", PATH, GOOD)
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    assert "nothing was accepted" in reply.json["detail"]
    assert service.touchpoints == []


def test_who_sends_too_much_is_told_when_to_come_again() -> None:
    sources = f"touchpoints: {{keys: [{{name: shop, key: '{KEY}', events_per_s: 2}}]}}"
    service = Service(sources)
    two = b"[%s,%s]" % (GOOD, OTHER)
    assert service.ask("POST", PATH, two).status == 200
    reply = service.ask("POST", PATH, two)
    assert (reply.status, int(reply.headers["retry-after"]) >= 1) == (429, True)
    assert len(service.touchpoints) == 2


def test_a_trace_goes_on_with_every_record() -> None:
    service = Service()
    service.ask("POST", PATH, b"[%s,%s]" % (GOOD, BAD), {**BEARER, "traceparent": TRACE})
    service.ask("POST", PATH, OTHER, {**BEARER, "traceparent": "rubbish"})
    found = [dict(each.headers).get("traceparent") for each in service.written.log.records("touchpoints.raw.v1")]
    assert sorted(found, key=str) == [None, TRACE.encode()] or sorted(found, key=str) == [TRACE.encode(), None]
    assert service.letters[0][0]["traceparent"] == TRACE


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nowhere", 404, id="no such path"),
        pytest.param("GET", "/v1/track", 405, id="another method"),
        pytest.param("DELETE", "/v1/projects/x/settings", 405, id="another method of a path with a name"),
        pytest.param("GET", "/health", 200, id="health"),
        pytest.param("HEAD", "/health", 200, id="health, its head"),
        pytest.param("GET", "/metrics", 200, id="metrics"),
        pytest.param("GET", "/docs", 200, id="the page"),
        pytest.param("OPTIONS", "/v1/track", 204, id="a preflight"),
        pytest.param("OPTIONS", "/nowhere", 404, id="a preflight to nowhere"),
    ],
)
def test_what_no_source_answers(method: str, path: str, status: int) -> None:
    reply = Service().ask(method, path, headers={})
    assert reply.status == status
    assert (reply.body == b"") == (method in ("HEAD", "OPTIONS") and status < 400)


def test_health_says_when_kafka_is_away() -> None:
    service = Service()
    service.written.now = "connecting"
    reply = service.ask("GET", "/health")
    assert (reply.status, reply.json) == (503, {"well": False, "kafka": "connecting"})


@pytest.mark.parametrize(
    ("origins", "asking", "allowed"),
    [
        pytest.param("*", "https://shop.example", "*", id="all"),
        pytest.param("https://shop.example https://b.example", "https://b.example", "https://b.example", id="named"),
        pytest.param("https://shop.example", "https://evil.example", None, id="another"),
    ],
)
def test_pages_of_which_sites_may_send(origins: str, asking: str, allowed: str | None) -> None:
    service = Service(options={"origins": origins})
    asked = {"origin": asking, "access-control-request-headers": "authorization,content-type,x-retry-count"}
    before = service.ask("OPTIONS", "/v1/t", headers=asked)
    assert before.headers["access-control-allow-headers"] == asked["access-control-request-headers"]
    assert before.headers["access-control-allow-methods"] == "POST"
    after = service.ask("POST", "/v1/t", encoded(track()), {**BASIC, "origin": asking})
    assert [each.headers.get("access-control-allow-origin") for each in (before, after)] == [allowed, allowed]


def test_who_is_refused_unread_holds_no_connection() -> None:
    reply = Service().ask("POST", "/nowhere", b"x" * 10)
    assert reply.headers["connection"] == "close"
    assert "connection" not in Service().ask("POST", PATH, GOOD).headers


def test_the_description_names_every_route_with_examples() -> None:
    found = Service().ask("GET", "/openapi.json").json
    assert found["openapi"].startswith("3.")
    bodies = [path["post"]["requestBody"]["content"] for path in found["paths"].values() if "post" in path]
    assert {"/v1/batch", "/v1/t", "/v1/cloudevents", PATH, "/v1/projects/{key}/settings"} <= found["paths"].keys()
    assert any("examples" in kind for body in bodies for kind in body.values())
    page = Service().ask("GET", "/docs").body.decode()
    assert all(path in page for path in found["paths"])
    assert "http://" not in page.replace("http://shop", "") or "src=" not in page, "it needs nothing but itself"
