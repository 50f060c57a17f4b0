"""Twilio's voice webhooks: status callbacks of calls, and the request with which a call arrives.

Signatures as Twilio documents them: base64 of the HMAC over the address that was called and, for a
form, its fields sorted by name; by SHA-1 with the account's auth token, or by SHA-256 with a shared key.
A status of a call is one touchpoint, however often Twilio repeats it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from producers.collector.adapter import Answer, Refused, Request, Route, Source, Taken
from producers.collector.adapters.phone import number_of, step_of
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "twilio"
SIGNATURE: Final = "x-twilio-signature"
SETTINGS: Final = "x-twilio-webhooks-signature-settings"
ALGORITHMS: Final = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}

STEPS: Final = {
    "ringing": "ringing", "in-progress": "started", "completed": "ended", "busy": "ended",
    "no-answer": "ended", "canceled": "ended", "failed": "ended",
}  # fmt: skip
"""Of `CallStatus`; the others (`queued`, `initiated`) say nothing of a customer."""
MOST_FIELDS: Final = 200
_EMPTY: Final = Answer(204)
_PORT: Final = re.compile(r":[0-9]+$", re.ASCII)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`auth_token`: of the account. `shared_key`: the secret of a webhook key, if Twilio signs with one.

    `oldest_s`: a callback whose `Timestamp` is further from now is somebody's copy; Twilio itself repeats
    within minutes.
    """

    auth_token: Annotated[str, msgspec.Meta(min_length=8)]
    shared_key: str = ""
    oldest_s: Annotated[int, msgspec.Meta(gt=0)] = 3_600


class Twilio:
    """`POST /hooks/twilio/voice`, as `StatusCallback`. `?queue=NAME` in the address you give Twilio names the queue."""

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/hooks/twilio/voice"),)

    def __init__(self, config: Config) -> None:
        self._secrets = {"HMAC_SHA1": config.auth_token.encode(), "HMAC_SHA256": config.shared_key.encode()}
        self._oldest_ms = config.oldest_s * 1000

    def take(self, request: Request) -> Taken:
        form = _form(request.body)
        self._check(request, form)
        fields = dict(form)
        at = self._moment(fields, request.received_at)
        read = _read(fields, at, request)
        return Taken([] if read is None else [read], _EMPTY)

    def _check(self, request: Request, form: Sequence[tuple[str, str]]) -> None:
        shown = request.headers.get(SIGNATURE, "")
        if not shown:
            raise Refused(401, "unsigned", f"header {SIGNATURE} is missing: only Twilio may call this address")
        algorithm = _algorithm(request.headers.get(SETTINGS, ""))
        secret = self._secrets.get(algorithm)
        if not secret:
            raise Refused(401, "wrong_signature", f"signed by {algorithm[:40]}: set shared_key, or use the auth token")
        for url in _addresses(request.url):
            wanted = signature(url, form, secret, algorithm)
            if hmac.compare_digest(wanted.encode(), shown.encode("latin-1", "replace")):
                return
        raise Refused(
            401, "wrong_signature",
            f"{SIGNATURE} is not of this form at {request.url[:200]}; is auth_token the account's, and is"
            " RAPPORT_COLLECTOR_URL the address that Twilio calls?",
        )  # fmt: skip

    def _moment(self, fields: Mapping[str, str], now: int) -> int:
        """By `Timestamp`, else now."""
        text = fields.get("Timestamp")
        if not text:
            return now
        try:
            read = parsedate_to_datetime(text)
            at = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)
        except (ValueError, TypeError, OverflowError) as error:
            raise Refused(400, "bad_date", f"Timestamp: {text[:60]!r} is no date of RFC 2822 ({error})") from error
        if abs(now - at) > self._oldest_ms:
            words = f"Timestamp {text[:60]} is more than {self._oldest_ms // 1000} s from now (oldest_s sets it)"
            raise Refused(403, "replayed", words)
        return at


def signature(url: str, form: Sequence[tuple[str, str]], secret: bytes, algorithm: str = "HMAC_SHA1") -> str:
    """What Twilio puts in its header."""
    content = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(secret, content.encode(), ALGORITHMS[algorithm])).decode()


def _algorithm(settings: str) -> str:
    """Named in `key=…,algorithm=…`; the old one where none is."""
    named = dict(part.strip().partition("=")[::2] for part in settings.split(","))
    return (named.get("algorithm", "").strip() or "HMAC_SHA1").upper()


def _addresses(url: str) -> list[str]:
    """With and without the port: Twilio signs now one, now the other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return [url]
    host = _PORT.sub("", parts.netloc)
    port = parts.netloc[len(host) :] or (":443" if parts.scheme == "https" else ":80")
    return [urlunsplit(parts._replace(netloc=netloc)) for netloc in (host, host + port)]


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        words = f"the body is no form in UTF-8 ({error}); Twilio sends application/x-www-form-urlencoded"
        raise Refused(400, "not_a_form", words) from error


def _read(fields: Mapping[str, str], at: int, request: Request) -> Touchpoint | Fault | None:
    """The touchpoint of a status. Of a leg that `<Dial>` opened only its ringing counts: as a transfer."""
    call, status = fields.get("CallSid", ""), fields.get("CallStatus", "")
    if not call or not status:
        raise Refused(400, "missing_field", "CallSid and CallStatus are missing: this address takes voice webhooks")
    parent = fields.get("ParentCallSid", "")
    step = STEPS.get(status)
    if parent:
        step = "transferred" if status == "ringing" else None
    if step is None:
        return None
    inbound = bool(parent) or fields.get("Direction", "inbound") == "inbound"
    theirs = fields.get("From" if inbound else "To", "")
    found = step_of(parent or call, step, number_of(theirs), inbound=inbound)
    return read_object(found | {
        "event_id": f"{NAME}:{call}:{step if parent else status}",
        "occurred_at": times.write(at),
        "properties": _properties(fields, step, status, inbound, request.query.get("queue")),
    }, request.body)  # fmt: skip


def _properties(
    fields: Mapping[str, str], step: str, status: str, inbound: bool, queue: str | None
) -> dict[str, str | int]:
    found: dict[str, str | int | None] = {"provider": NAME, "queue": queue}
    if step == "transferred":
        found["to"] = fields.get("To", "")
    if step == "ended":
        length = fields.get("CallDuration", "")
        found["duration_s"] = int(length) if length.isascii() and length.isdigit() and len(length) < 9 else None
        found["outcome"] = _outcome(status, fields.get("AnsweredBy", ""), inbound)
    return {name: value for name, value in found.items() if value is not None}


def _outcome(status: str, answered_by: str, inbound: bool) -> str:
    if status == "completed":
        return "voicemail" if answered_by.startswith("machine") else "answered"
    if status in ("no-answer", "canceled"):
        return "abandoned" if inbound else "no_answer"
    return "rejected" if status == "busy" else "failed"


SOURCE: Final = Source(NAME, Config, Twilio)
