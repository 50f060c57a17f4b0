"""SendGrid's Event Webhook: mails that bounced, were called spam, opened, clicked, unsubscribed from."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from producers.collector.adapter import Refused, Request, Route, Source, Taken
from producers.collector.adapters.mailing import CHANNEL, withdrawal
from producers.collector.adapters.own import array
from producers.collector.machines import machine
from producers.collector.naming import digest
from producers.collector.outcome import outcome
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault, FieldFault
from schemas.records import Touchpoint

NAME: Final = "sendgrid"
USUAL_AGE_S: Final = 3_600.0
"""Long enough for a restart of ours; a copy within it is harmless, since the same event has the same id."""
_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"
_GROUP: Final = "asm_group_id"

_BOUNCED: Final = frozenset({"bounce", "dropped"})
_SEEN: Final = {"open": "message.opened", "click": "message.clicked"}
_LEFT: Final = {"spamreport": "spam_complaint", "unsubscribe": "unsubscribed", "group_unsubscribe": "group"}
_SILENT: Final = frozenset({
    "processed", "delivered", "deferred", "group_resubscribe", "account_status_change",
})  # fmt: skip
"""They say nothing of a customer, or nothing that we could take their word for."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`verification_keys`: the base64 that SendGrid shows under Signed Event Webhook; two while it is changed."""

    verification_keys: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    max_age_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = USUAL_AGE_S


class Sendgrid:
    """`POST /webhooks/sendgrid`. Each event stands alone; a copy has the same `event_id`.

    `customer_id` and `campaign_id` may stand in the mail's custom arguments. Addresses are the `email`.
    """

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/webhooks/sendgrid"),)

    def __init__(self, config: Config) -> None:
        self._keys = [_key(text) for text in config.verification_keys]
        self._max_age_s = config.max_age_s

    def take(self, request: Request) -> Taken:
        self._check(request)
        read = [each for raw in array(request.body) for each in _read(bytes(raw))]
        return Taken(read, outcome(read, many=True))

    def _check(self, request: Request) -> None:
        shown, timestamp = request.headers.get(_SIGNATURE, ""), request.headers.get(_TIMESTAMP, "")
        if not shown or not timestamp:
            raise Refused(401, "unsigned", f"{_SIGNATURE} or {_TIMESTAMP} is missing: turn on Signed Event Webhook")
        try:
            signature = base64.b64decode(shown, validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        signed = timestamp.encode("latin-1", "replace") + request.body
        if not any(_verified(key, signature, signed) for key in self._keys):
            words = "the signature is not of this body and time: is it SendGrid's, and its key in verification_keys?"
            raise Refused(401, "wrong_signature", words)
        seconds = int(timestamp) if timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15 else 0
        if abs(seconds - request.received_at / 1000) > self._max_age_s:
            words = f"the timestamp is more than {self._max_age_s:g} s from our clock"
            raise Refused(401, "replayed", f"{words}: send it anew, or raise sendgrid.max_age_s")


def _read(raw: bytes) -> Iterator[Touchpoint | Fault]:
    try:
        event = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        yield _fault("bad_value", "event", "is no event of SendGrid's", "send what SendGrid posts, unchanged", raw)
        return
    kind = event["event"]
    if kind in _SILENT:
        return
    if kind not in _BOUNCED and kind not in _SEEN and kind not in _LEFT:
        yield _fault(
            "unknown_type", "event", f"{kind[:40]!r} is not known", "turn it off in the webhook's settings", raw
        )
        return
    try:
        at = times.write(int(event["timestamp"]) * 1000)
        name = f"{NAME}:{_name_of(event)}"
    except (KeyError, TypeError, ValueError, OverflowError):
        yield _fault("bad_date", "timestamp", "is no time in seconds", "send what SendGrid posts, unchanged", raw)
        return
    if kind in _LEFT:
        told = {"reason": _LEFT[kind], "message_id": _message(event), "group": event.get(_GROUP)}
        facts = {key: value for key, value in told.items() if value is not None}
        yield from withdrawal(name, at, _who(event), raw, facts, _campaign(event))
    else:
        yield _made(event, kind, name, at, raw)


def _made(event: Mapping[str, Any], kind: str, name: str, at: str, raw: bytes) -> Touchpoint | Fault:
    by = None
    if kind in _SEEN:
        agent = event.get("useragent")
        machine_open = event.get("sg_machine_open") is True
        by = "mail_privacy" if machine_open else machine({"user-agent": agent}) if isinstance(agent, str) else None
    told = {
        "message_id": _message(event), "bounce": event.get("type") if kind == "bounce" else None,
        "kind": kind if kind == "dropped" else None, "status": event.get("status"), "reason": event.get("reason"),
        "url": event.get("url"), "machine": by,
    }  # fmt: skip
    content = {
        "event_id": name,
        "type": _SEEN.get(kind, "message.bounced"),
        "channel": CHANNEL,
        "occurred_at": at,
        "identifiers": {} if by else _who(event),
        "campaign_id": _campaign(event),
        "properties": {key: value for key, value in told.items() if value is not None},
    }
    return read_object(content, raw)


def _name_of(event: Mapping[str, Any]) -> str:
    return digest(event["sg_event_id"]) if event.get("sg_event_id") else digest(*sorted(map(str, event.items())))


def _who(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: event[name] for name in ("customer_id", "email") if event.get(name) is not None}


def _campaign(event: Mapping[str, Any]) -> Any:
    return event.get("campaign_id")


def _message(event: Mapping[str, Any]) -> Any:
    """The mail's own id: what stands before the first dot, which is the same for all events of it."""
    found = event.get("sg_message_id")
    return found.partition(".")[0] if isinstance(found, str) else None


def _fault(reason: str, field: str, what: str, remedy: str, raw: bytes) -> Fault:
    return Fault(reason, (FieldFault(field, what, remedy),), raw)


def _key(text: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"verification_keys: one is no key as SendGrid shows it: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("verification_keys: one is no ECDSA key")
    return key


def _verified(key: ec.EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


SOURCE: Final = Source(NAME, Config, Sendgrid)
