"""Codes that customers scan."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Refused
from producers.collector.adapters.qr import Code, Config, Cookie, Qr
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.visits import visit, visit_of

TARGET = "https://shop.example/spring?ref=poster#top"
QR = Qr(
    Config(
        codes={
            "poster-7": Code(TARGET, location_id="s-1", campaign_id="spring"),
            "china": Code("https://shop.example/春天?a=你 好"),
            "shelf": Code("https://shop.example/p/1", item_id="sku-1"),
        },
        home="https://shop.example/",
        cookie=Cookie(secret="a secret of the tests, long enough"),
    )
)
YES = "rapport_consent=yes"
KNOWN = "rapport_id=0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("payload", cases("qr"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    request = visit_of(QR, payload)
    assert told(QR, request) == expected(payload)
    assert told(QR, request) == told(QR, request)


def sent_to(target: str) -> str:
    taken = QR.take(visit(QR, target))
    assert taken.answer.status == 302
    assert taken.otherwise == taken.answer, "who scans gets to the page though Kafka is away"
    return dict(taken.answer.headers)["location"]


@pytest.mark.parametrize(
    ("query", "location"),
    [
        pytest.param("", TARGET, id="nothing"),
        pytest.param("?utm_source=wall&x=%E4%B8%AD", TARGET.replace("#", "&utm_source=wall&x=%E4%B8%AD#"), id="kept"),
        pytest.param("?ref=mine", TARGET, id="no parameter of the target is changed"),
        pytest.param("?url=https://evil.example/&next=//evil.example", None, id="no open redirect"),
        pytest.param("?a=%0d%0aset-cookie:%20x=1", None, id="no header of another's"),
    ],
)
def test_parameters_go_along_and_change_nothing_of_the_target(query: str, location: str | None) -> None:
    found = sent_to(f"/q/poster-7{query}")
    assert location is None or found == location
    assert urlsplit(found)[:3] == urlsplit(TARGET)[:3]
    assert "\r" not in found
    assert "\n" not in found


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=200))
def test_no_query_leads_elsewhere(query: str) -> None:
    answer = answered(QR, visit(QR, f"/q/shelf?{query}"))
    if not isinstance(answer, Refused):
        location = urlsplit(dict(answer.answer.headers)["location"])
        assert location[:3] == ("https", "shop.example", "/p/1")
        assert parse_qsl(location.query) == parse_qsl(query) or "%" in query or "+" in query


@pytest.mark.parametrize(
    ("headers", "cookie"),
    [
        pytest.param({}, None, id="nobody asked: none"),
        pytest.param({"cookie": "rapport_consent=no"}, None, id="a no"),
        pytest.param({"cookie": "rapport_consent=eyes"}, None, id="no yes inside of a word"),
        pytest.param({"cookie": YES, "sec-gpc": "1"}, None, id="Global Privacy Control overrules"),
        pytest.param({"cookie": YES, "dnt": "1"}, None, id="Do Not Track overrules"),
        pytest.param({"cookie": KNOWN}, "rapport_id=; Path=/; Max-Age=0", id="without consent it is taken back"),
        pytest.param({"cookie": f"{YES}; {KNOWN}"}, KNOWN, id="known, and kept"),
        pytest.param({"cookie": f"{YES}; rapport_id=<script>"}, "rapport_id=", id="not ours: a new one"),
        pytest.param({"cookie": YES}, "rapport_id=", id="a new one"),
    ],
)
def test_a_cookie_is_set_and_read_only_with_consent(headers: dict[str, str], cookie: str | None) -> None:
    taken = QR.take(visit(QR, "/q/poster-7", headers))
    found = dict(taken.answer.headers).get("set-cookie")
    assert (found is None) == (cookie is None)
    if found is not None and cookie is not None:
        assert found.startswith(cookie)
        assert "Max-Age=0" in found or all(word in found for word in ("HttpOnly", "SameSite=Lax", "Secure"))
    touchpoint = told(QR, visit(QR, "/q/poster-7", headers))[0]
    assert ("identifiers" in touchpoint) == (cookie is not None and "Max-Age=0" not in cookie)


def test_an_unknown_code_is_a_page_with_a_remedy_in_the_readers_language() -> None:
    for language, words in (("zh", "主页"), ("en", "home page")):
        answer = QR.take(visit(QR, "/q/no-such", {"accept-language": language})).answer
        assert answer.status == 404
        assert words in answer.body.decode()
        assert 'href="https://shop.example/"' in answer.body.decode()


def test_a_target_in_chinese_is_a_header_all_the_same() -> None:
    assert sent_to("/q/china?b=%E5%A5%BD") == (
        "https://shop.example/%E6%98%A5%E5%A4%A9?a=%E4%BD%A0%20%E5%A5%BD&b=%E5%A5%BD"
    )


def test_what_does_not_scan_is_sent_on_and_not_counted() -> None:
    for request in (visit(QR, "/q/shelf", method="HEAD"), visit(QR, "/q/shelf", {"purpose": "prefetch"})):
        taken = QR.take(request)
        assert (taken.answer.status, list(taken.touchpoints)) == (302, [])


def test_too_many_parameters_are_refused() -> None:
    assert isinstance(answered(QR, visit(QR, f"/q/shelf?{'a=1&' * 60}")), Refused)
    assert isinstance(answered(QR, visit(QR, f"/q/shelf?a={'x' * 3000}")), Refused)
