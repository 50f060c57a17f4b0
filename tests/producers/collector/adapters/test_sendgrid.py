"""SendGrid's Event Webhook."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Request
from producers.collector.adapters.sendgrid import Config, Sendgrid
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import NOW_MS, request

PATH = "/webhooks/sendgrid"
PREFIX = "x-twilio-email-event-webhook"
OURS, OTHERS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def shown(key: ec.EllipticCurvePrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


SENDGRID = Sendgrid(Config(verification_keys=(shown(OURS),)))


def posted(body: bytes, key: ec.EllipticCurvePrivateKey = OURS, age_s: int = 0, at_s: int = NOW_MS // 1000) -> Request:
    at = str(at_s - age_s)
    signature = base64.b64encode(key.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    return request(PATH, body, {f"{PREFIX}-signature": signature, f"{PREFIX}-timestamp": at})


@pytest.mark.parametrize("payload", cases("sendgrid"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert told(SENDGRID, posted(payload.read_bytes())) == expected(payload)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        pytest.param(posted(b"[]", OTHERS), "wrong_signature", id="of another's key"),
        pytest.param(msgspec.structs.replace(posted(b"[]"), body=b"[{}]"), "wrong_signature", id="another body"),
        pytest.param(posted(b"[]", age_s=3_601), "replayed", id="too old"),
        pytest.param(posted(b"[]", age_s=-3_601), "replayed", id="of the future"),
        pytest.param(request(PATH, b"[]", {}), "unsigned", id="not signed"),
        pytest.param(
            request(PATH, b"[]", {f"{PREFIX}-signature": "?", f"{PREFIX}-timestamp": "1"}), "wrong_signature",
            id="no base64",
        ),
    ],
)  # fmt: skip
def test_what_is_not_sendgrids_or_not_new_is_refused(made: Request, reason: str) -> None:
    assert told(SENDGRID, made) == {"refused": reason, "status": 401}


def test_an_hour_is_inside_and_both_keys_hold_while_one_is_changed() -> None:
    assert told(SENDGRID, posted(b"[]", age_s=3_600)) == []
    assert told(Sendgrid(Config(verification_keys=(shown(OTHERS), shown(OURS)))), posted(b"[]")) == []


@pytest.mark.parametrize("text", ["?", base64.b64encode(b"no key").decode()])
def test_a_key_that_is_none_is_told_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="verification_keys"):
        Sendgrid(Config(verification_keys=(text,)))


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2) | (
    st.sampled_from(["bounce", "open", "spamreport", "processed", 1_795_572_000])
)  # fmt: skip
FIELDS = st.sampled_from([
    "event", "timestamp", "email", "sg_event_id", "sg_message_id", "useragent", "url", "type", "reason", "customer_id",
    "campaign_id", "asm_group_id",
])  # fmt: skip


@given(st.lists(st.dictionaries(FIELDS, VALUES) | VALUES, max_size=3))
def test_whatever_an_event_holds_it_is_read_or_rejected_alone(events: list[object]) -> None:
    told(SENDGRID, posted(msgspec.json.encode(events)))


@given(st.binary(max_size=300))
def test_any_signed_bytes_are_refused_or_rejected_never_a_fault_of_ours(body: bytes) -> None:
    answered(SENDGRID, posted(body))
