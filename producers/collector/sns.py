"""Messages of Amazon SNS over HTTPS: who signed them, how old they are, and of what topic."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from producers.collector.adapter import Refused
from producers.collector.fetching import Fetching
from producers.collector.outcome import bad_json
from schemas import times
from schemas.contract import SKEW_MS

LARGEST: Final = 320 * 1024
"""Bytes: SNS sends at most 256 KB, and its envelope."""
_HOST: Final = re.compile(r"sns\.[a-z0-9-]{4,30}\.amazonaws\.com(?:\.cn)?", re.ASCII)
_NOTIFICATION: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_HASHES: Final = {"1": hashes.SHA1, "2": hashes.SHA256}
_SIGNED_HOW: Final = "send it from Amazon SNS itself, raw message delivery off"


class Message(msgspec.Struct, frozen=True, rename="pascal"):
    """The envelope. `SubscribeURL` and `Token` are those of a confirmation alone."""

    type: Literal["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]
    message_id: str
    topic_arn: str
    message: str
    timestamp: str
    signature_version: str
    signature: str
    signing_cert_url: str = msgspec.field(name="SigningCertURL")
    subscribe_url: str | None = msgspec.field(default=None, name="SubscribeURL")
    subject: str | None = None
    token: str | None = None


_DECODER: Final = msgspec.json.Decoder(Message)


def read(body: bytes) -> Message:
    """The envelope of a body; `Refused` if there is none."""
    if len(body) > LARGEST:
        raise Refused(413, "too_large", f"{len(body)} bytes; a message of SNS has at most {LARGEST}")
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise Refused(400, "bad_value", f"is no message of Amazon SNS: {error}; {_SIGNED_HOW}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bad_json(body)


def check(message: Message, now: int, topics: Sequence[str], max_age_s: float, fetching: Fetching) -> None:
    """Raises `Refused` unless it is of one of our topics, recent, and signed by SNS.

    503 while the certificate is fetched: SNS sends again at once. The certificate comes by https from a
    host of SNS, which is what vouches for it.
    """
    if message.topic_arn not in topics:
        words = f"topic {message.topic_arn[:200]!r} is none of ours: name it under ses.topics in the sources file"
        raise Refused(403, "wrong_topic", words)
    _recent(message, now, max_age_s)
    if not is_of_sns(message.signing_cert_url) or not urlsplit(message.signing_cert_url).path.endswith(".pem"):
        raise Refused(
            403, "wrong_signature", f"SigningCertURL is no certificate at a host of Amazon SNS; {_SIGNED_HOW}"
        )
    certificate = fetching.get(message.signing_cert_url)
    if certificate is None:
        raise Refused(503, "unavailable", "the certificate of SNS is being fetched; send it again")
    _signed(message, certificate, now)


def is_of_sns(url: str) -> bool:
    """Whether it is an https address at a host of SNS, and nothing that only looks so."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and _HOST.fullmatch(parts.netloc) is not None and "\\" not in url
    except ValueError:
        return False


def _recent(message: Message, now: int, max_age_s: float) -> None:
    try:
        at = times.read(message.timestamp).at
    except ValueError as error:
        raise Refused(400, "bad_date", f"Timestamp: {error}; {_SIGNED_HOW}") from error
    if at < now - max_age_s * 1000 or at > now + SKEW_MS:
        words = f"Timestamp {message.timestamp} is older than {max_age_s:g} s or in the future"
        raise Refused(403, "replayed", f"{words}: publish anew, or raise ses.max_age_s; is our clock right?")


def _signed(message: Message, certificate: bytes, now: int) -> None:
    wrong = Refused(403, "wrong_signature", f"the signature is not of this message; {_SIGNED_HOW}")
    chosen = _HASHES.get(message.signature_version)
    if chosen is None:
        raise Refused(403, "wrong_signature", f"SignatureVersion {message.signature_version[:20]!r} is not 1 or 2")
    try:
        found = x509.load_pem_x509_certificate(certificate)
        key = found.public_key()
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now)
        if not isinstance(key, rsa.RSAPublicKey) or not (
            found.not_valid_before_utc <= moment <= found.not_valid_after_utc
        ):
            raise wrong
        signature = base64.b64decode(message.signature, validate=True)
        key.verify(signature, _content(message), padding.PKCS1v15(), chosen())
    except (binascii.Error, InvalidSignature, ValueError, UnicodeEncodeError) as error:
        raise wrong from error


def _content(message: Message) -> bytes:
    """What is signed: the names and values of some fields, each on a line of its own."""
    fields = {
        "Message": message.message, "MessageId": message.message_id, "Subject": message.subject,
        "SubscribeURL": message.subscribe_url, "Timestamp": message.timestamp, "Token": message.token,
        "TopicArn": message.topic_arn, "Type": message.type,
    }  # fmt: skip
    names = _NOTIFICATION if message.type == "Notification" else _CONFIRMATION
    return "".join(f"{name}\n{fields[name]}\n" for name in names if fields[name] is not None).encode()
