"""Amazon SES through SNS."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapters.ses import Config, Ses
from producers.collector.fetching import Fetching
from producers.collector.sns import is_of_sns
from schemas import times
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import NOW, NOW_MS, request

TOPIC = "arn:aws:sns:eu-west-1:123456789012:ses"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
SUBSCRIBE = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
OURS, OTHERS = (rsa.generate_private_key(65537, 2048) for _ in range(2))
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def certificate(key: rsa.RSAPrivateKey, days: int = 30) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), NOW - timedelta(days=60), NOW + timedelta(days=days)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


class Known(Fetching):
    """A network in which these addresses answer."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.visited: list[str] = []

    def get(self, url: str) -> bytes | None:
        return self.pages.get(url)

    def visit(self, url: str) -> None:
        self.visited.append(url)


NET = Known({CERTIFICATE: certificate(OURS)})
SES = Ses(Config(topics=(TOPIC,)), NET)


def message(text: str, key: rsa.RSAPrivateKey = OURS, version: str = "2", **changed: Any) -> bytes:
    """What SNS posts: signed after `changed`, but for fields whose name begins with `then_`."""
    content = {
        "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": text, "SigningCertURL": CERTIFICATE,
        "Timestamp": times.write(NOW_MS - 1000), "SignatureVersion": version,
    } | {name: value for name, value in changed.items() if not name.startswith("then_")}  # fmt: skip
    names = NOTIFICATION if content["Type"] == "Notification" else CONFIRMATION
    signed = "".join(f"{name}\n{content[name]}\n" for name in names if name in content).encode()
    chosen = hashes.SHA1() if version == "1" else hashes.SHA256()
    content["Signature"] = base64.b64encode(key.sign(signed, padding.PKCS1v15(), chosen)).decode()
    content |= {name.removeprefix("then_"): value for name, value in changed.items() if name.startswith("then_")}
    return json.dumps(content).encode()


def say(body: bytes, ses: Ses = SES) -> Any:
    return told(ses, request("/webhooks/ses", body, {"content-type": "text/plain; charset=UTF-8"}))


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("payload", cases("ses"))
def test_an_example_becomes_what_stands_beside_it(payload: Path, version: str) -> None:
    text = payload.read_text(encoding="utf-8")
    assert say(message(text, version=version)) == expected(payload)
    assert say(message(text, Subject="Amazon SES\nnotice", MessageId="m-2")) == expected(payload), "said again"


@pytest.mark.parametrize(
    ("body", "reason", "status"),
    [
        pytest.param(message("{}", OTHERS), "wrong_signature", 403, id="of another's key"),
        pytest.param(message("{}", then_Message="{ }"), "wrong_signature", 403, id="another message"),
        pytest.param(message("{}", then_Signature="?"), "wrong_signature", 403, id="no base64"),
        pytest.param(message("{}", then_SignatureVersion="1"), "wrong_signature", 403, id="another hash"),
        pytest.param(message("{}", then_SignatureVersion="3"), "wrong_signature", 403, id="a version of tomorrow"),
        pytest.param(message("{}", TopicArn=TOPIC + "2"), "wrong_topic", 403, id="another's topic, rightly signed"),
        pytest.param(message("{}", Timestamp=times.write(NOW_MS - 7_200_001)), "replayed", 403, id="too old"),
        pytest.param(message("{}", Timestamp=times.write(NOW_MS + 600_001)), "replayed", 403, id="of the future"),
        pytest.param(message("{}", Timestamp="now"), "bad_date", 400, id="no time"),
        pytest.param(message("{}", SigningCertURL="https://evil.example/c.pem"), "wrong_signature", 403, id="a host"),
        pytest.param(message("{}", SigningCertURL=CERTIFICATE + ".exe"), "wrong_signature", 403, id="no certificate"),
        pytest.param(
            message("{}", SigningCertURL=CERTIFICATE.replace("-1.pem", "-2.pem")), "unavailable", 503, id="not here yet"
        ),
        pytest.param(
            message("", Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://evil.example/"),
            "wrong_address", 403, id="a subscription to confirm elsewhere",
        ),
        pytest.param(b'{"Type": "Notification"}', "bad_value", 400, id="half of an envelope"),
        pytest.param(b"{", "not_json", 400, id="no JSON"),
        pytest.param(b" " * 400_000, "too_large", 413, id="too large"),
    ],
)  # fmt: skip
def test_what_is_not_of_our_topic_or_not_new_is_refused(body: bytes, reason: str, status: int) -> None:
    assert say(body) == {"refused": reason, "status": status}
    assert not NET.visited


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(certificate(OURS, days=-1), id="old"),
        pytest.param(certificate(OTHERS), id="another's"),
        pytest.param(b"no certificate", id="none"),
    ],
)
def test_a_certificate_that_is_old_or_none_or_anothers_vouches_for_nothing(page: bytes) -> None:
    assert say(message("{}"), Ses(Config(topics=(TOPIC,)), Known({CERTIFICATE: page})))["refused"] == "wrong_signature"


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        pytest.param(CERTIFICATE, True, id="a region"),
        pytest.param("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True, id="of China"),
        pytest.param("http://sns.eu-west-1.amazonaws.com/x.pem", False, id="not by https"),
        pytest.param("https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", False, id="looks so"),
        pytest.param("https://sns.eu-west-1.amazonaws.com@evil.example/x.pem", False, id="as a user"),
        pytest.param("https://evil.example/sns.eu-west-1.amazonaws.com/x.pem", False, id="as a path"),
        pytest.param("https://bucket.s3.amazonaws.com/x.pem", False, id="anybody's at the same provider"),
        pytest.param("https://sns.eu-west-1.amazonaws.com:8443/x.pem", False, id="another port"),
        pytest.param("https://[", False, id="no address"),
    ],
)
def test_only_hosts_of_sns_vouch(url: str, is_theirs: bool) -> None:
    assert is_of_sns(url) is is_theirs


def test_a_subscription_of_our_topic_is_confirmed_by_a_visit() -> None:
    net = Known(NET.pages)
    body = message("You have chosen", Type="SubscriptionConfirmation", Token="t", SubscribeURL=SUBSCRIBE)
    assert say(body, Ses(Config(topics=(TOPIC,)), net)) == []
    assert net.visited == [SUBSCRIBE]


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.sampled_from([
        "mail", "bounce", "complaint", "open", "click", "messageId", "timestamp", "bouncedRecipients", "emailAddress",
        "bounceType", "destination", "tags",
    ]), inner, max_size=4) | st.lists(inner, max_size=2), max_leaves=12,
))  # fmt: skip
def test_whatever_ses_says_it_is_read_or_rejected(content: object) -> None:
    say(message(json.dumps(content)))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(body: bytes) -> None:
    answered(SES, request("/webhooks/ses", body, {}))
