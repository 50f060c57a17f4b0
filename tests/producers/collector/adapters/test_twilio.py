"""Twilio's own words, signed as Twilio's own library checks them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from producers.collector.adapter import Refused, Request, Route
from producers.collector.adapters.twilio import Config, Twilio, signature
from tests.producers.collector.payloads import cases, expected, told
from tests.producers.collector.signing import NOW_MS

TOKEN, SHARED = "the token of an account", "the secret of a shared key"
URL = "https://in.shop.example/hooks/twilio/voice"
TWILIO = Twilio(Config(auth_token=TOKEN, shared_key=SHARED))
FORM = {"CallSid": "CA1", "CallStatus": "ringing", "From": "+8613800138000", "Direction": "inbound"}


def called(body: bytes, headers: dict[str, str], url: str = URL, query: dict[str, str] | None = None) -> Request:
    return Request(
        route=Route("POST", "/hooks/twilio/voice"), url=url, received_at=NOW_MS, body=body, headers=headers,
        query=query or {},
    )  # fmt: skip


def sign(body: bytes, url: str = URL, token: str = TOKEN, algorithm: str | None = None) -> dict[str, str]:
    """The header, made by Twilio's own library."""
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    headers = {"x-twilio-signature": RequestValidator(token).compute_signature(url, form, algorithm)}
    if algorithm:
        headers["x-twilio-webhooks-signature-settings"] = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
    return headers


@pytest.mark.parametrize("payload", cases("twilio"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    body = payload.read_bytes()
    assert told(TWILIO, called(body, sign(body))) == expected(payload)


@given(st.dictionaries(st.text(), st.text(), max_size=6), st.booleans(), st.sampled_from(["", ":8443"]))
def test_a_signature_is_the_one_of_twilios_library(form: dict[str, str], newer: bool, port: str) -> None:
    url, algorithm = f"https://in.shop.example{port}/hooks/twilio/voice?queue=a%20b", "HMAC_SHA256" if newer else None
    ours = signature(url, list(form.items()), TOKEN.encode(), algorithm or "HMAC_SHA1")
    assert RequestValidator(TOKEN).validate(url, form, ours, algorithm)


@pytest.mark.parametrize(
    ("signed_at", "reached_at"),
    [
        pytest.param(URL, URL, id="as it stands"),
        pytest.param("https://in.shop.example:443/hooks/twilio/voice", URL, id="signed with the port"),
        pytest.param(URL, "https://in.shop.example:443/hooks/twilio/voice", id="signed without the port"),
    ],
)
def test_the_port_may_be_signed_or_not(signed_at: str, reached_at: str) -> None:
    body = urlencode(FORM).encode()
    assert TWILIO.take(called(body, sign(body, signed_at), reached_at)).touchpoints


def test_a_shared_key_signs_too_and_the_address_names_the_queue() -> None:
    body, url = urlencode(FORM).encode(), f"{URL}?queue=returns"
    request = called(body, sign(body, url, SHARED, "HMAC_SHA256"), url, {"queue": "returns"})
    (found,) = told(TWILIO, request)
    assert found["properties"] == {"provider": "twilio", "queue": "returns"}


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        pytest.param({}, urlencode(FORM), "unsigned", id="no signature"),
        pytest.param(sign(b"CallSid=CA2"), urlencode(FORM), "wrong_signature", id="of another form"),
        pytest.param(
            sign(urlencode(FORM).encode(), token="another"), urlencode(FORM), "wrong_signature", id="another token"
        ),
        pytest.param(
            sign(urlencode(FORM).encode(), algorithm="HMAC_SHA256"), urlencode(FORM), "wrong_signature",
            id="the token where the shared key belongs",
        ),
        pytest.param(
            {"x-twilio-signature": "x", "x-twilio-webhooks-signature-settings": "algorithm=MD5"}, urlencode(FORM),
            "wrong_signature", id="an unknown algorithm",
        ),
        pytest.param({"x-twilio-signature": "x"}, "a=%ff", "not_a_form", id="no UTF-8"),
    ],
)  # fmt: skip
def test_what_twilio_has_not_signed_is_refused(headers: dict[str, str], body: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        TWILIO.take(called(body.encode(), headers))
    assert caught.value.reason == reason
    assert caught.value.detail


def test_repeated_by_twilio_it_is_the_same_touchpoint() -> None:
    once, again = (urlencode(FORM | {"SequenceNumber": number}).encode() for number in "12")
    ids = [each["event_id"] for body in (once, again) for each in told(TWILIO, called(body, sign(body)))]
    assert ids == ["twilio:CA1:ringing"] * 2


NAMES = ("CallSid", "CallStatus", "From", "To", "Direction", "ParentCallSid", "Timestamp", "CallDuration", "AnsweredBy")
WORDS = ("completed", "ringing", "busy", "outbound-api", "Wed, 25 Nov 2026 02:01:06 +0000", "9" * 30)


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), st.sampled_from(WORDS) | st.text(), max_size=9))
def test_whatever_is_signed_is_a_touchpoint_nothing_or_refused(form: dict[str, str]) -> None:
    body = urlencode(form, errors="replace").encode()
    told(TWILIO, called(body, sign(body)))


@given(st.binary(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_not_signed_is_refused(body: bytes, shown: str, host: str) -> None:
    with pytest.raises(Refused):
        TWILIO.take(called(body, {"x-twilio-signature": shown}, f"http://{host}/hooks/twilio/voice"))
