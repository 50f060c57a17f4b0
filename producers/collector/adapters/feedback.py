"""Ratings, suggestions and complaints: a page for customers, JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

import msgspec

from producers.collector.adapter import Quota, Refused, Request, Route, Source, Taken
from producers.collector.feedback_page import CAUSES, KINDS, SCALE, TRAP, form, nowhere, thanks
from producers.collector.keys import WriteKey
from producers.collector.links import LinkKey, Seals
from producers.collector.naming import digest
from producers.collector.outcome import outcome
from producers.collector.pages import language_of
from producers.collector.reading import read_as
from producers.collector.webhooks import Door, pieces
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "feedback"
LARGEST: Final = 64 * 1024
MOST_LETTERS: Final = 4_000
STAMP_MS: Final = 24 * 3_600_000
"""How long a page may be open before what it sends counts as somebody's copy."""
FORMS: Final = Quota("form", 50.0)
"""Of all forms together: what is more comes from programs."""
_TYPES: Final = {
    "rating": "feedback.rated", "suggestion": "feedback.suggested", "complaint": "complaint.opened",
    "reopened": "complaint.reopened",
}  # fmt: skip
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_PAGES: Final = tuple(Route(method, path) for path in ("/feedback", "/feedback/{place}") for method in ("GET", "POST"))
_FORM: Final = "application/x-www-form-urlencoded"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a form hangs, and what it asks about."""

    location_id: str | None = None
    about: str | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys` or `secrets`: which programs may send JSON, none without. `stamps` seal the pages, as keys do links.

    `places`: forms beside the one at `/feedback`, by the name that stands in their address.
    """

    stamps: tuple[LinkKey, ...]
    keys: tuple[WriteKey, ...] = ()
    secrets: tuple[str, ...] = ()
    places: dict[str, Place] = {}


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program sends. `id`: its own, unique; a complaint without `complaint_id` is named by it."""

    id: str
    kind: Literal["rating", "suggestion", "complaint", "reopened"]
    at: str | None = None
    channel: str = "web"
    identifiers: dict[str, Any] = {}
    score: float | None = None
    scale: float | None = None
    about: str | None = None
    text: str | None = None
    language: str | None = None
    cause: str | None = None
    policy_id: str | None = None
    suggestion_id: str | None = None
    complaint_id: str | None = None
    order_id: str | None = None
    item_id: str | None = None
    location_id: str | None = None
    staff_id: str | None = None
    session_id: str | None = None


class Feedback:
    """`GET` and `POST /feedback` and `/feedback/{place}`: the page. `POST /v1/feedback`: JSON, each alone.

    A page that is sent twice counts once. What a person writes of themselves there is their word: the
    e-mail identifies, and nothing stronger can be given.
    """

    name = NAME

    def __init__(self, config: Config) -> None:
        self._seals = Seals(config.stamps)
        self._door = Door(config.keys, config.secrets) if config.keys or config.secrets else None
        programs = (Route("POST", "/v1/feedback"),) if self._door is not None else ()
        self.routes: Sequence[Route] = (*_PAGES, *programs)
        self._places = {"": Place(), **config.places}

    def take(self, request: Request) -> Taken:
        if self._door is not None and request.route.path.startswith("/v1/"):
            quota = self._door.admit(request)
            bodies, many = pieces(request.body)
            read = [_read(body, request.received_at) for body in bodies]
            return Taken(read, outcome(read, many=many), quota)
        place, language = self._places.get(request.args.get("place", "")), language_of(request.headers)
        if place is None:
            return Taken((), nowhere(language))
        if request.route.method == "GET":
            return Taken((), form(language, self._stamp(request), {}))
        return self._sent(request, place)

    def _sent(self, request: Request, place: Place) -> Taken:
        language, filled = language_of(request.headers), _filled(request)
        if filled.get(TRAP):
            return Taken((), thanks(language, None), FORMS)  # a program; it need not know
        errors = _errors(filled)
        made_at = self._made_at(filled.get("stamp", ""))
        if made_at is None or not 0 <= request.received_at - made_at <= STAMP_MS:
            errors = [("text", "old"), *errors]
        if errors:
            return Taken((), form(language, self._stamp(request), filled, errors, 422), FORMS)
        name = digest(*sorted(filled.items()))
        read = _touched(_of_form(filled, place, language, name), times.write(request.received_at), request.body)
        complaint = f"c-{name[:12]}" if filled["kind"] == "complaint" else None
        again = form(language, filled["stamp"], filled, [("text", "again")], 503)
        return Taken((read,), thanks(language, complaint), FORMS, again)

    def _stamp(self, request: Request) -> str:
        """When the page was made and for whom, so that two people's same words are two."""
        who = digest(request.remote, *sorted(request.headers.items()))
        return self._seals.seal("f", msgspec.msgpack.encode((request.received_at, who)))

    def _made_at(self, stamp: str) -> int | None:
        content = self._seals.unseal("f", stamp)
        return None if content is None else msgspec.msgpack.decode(content, type=tuple[int, str])[0]


def _filled(request: Request) -> dict[str, str]:
    if len(request.body) > LARGEST:
        raise Refused(413, "too_large", f"{len(request.body)} bytes; a form has at most {LARGEST}: write less")
    if not request.headers.get("content-type", _FORM).lower().startswith(_FORM):
        raise Refused(415, "bad_encoding", f"send the form as {_FORM}, or JSON to /v1/feedback")
    try:
        pairs = parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=30, errors="strict")
    except ValueError as error:
        raise Refused(400, "bad_encoding", f"the form cannot be read: {error}; send it in UTF-8") from error
    return {name: value.strip().replace("\x00", "") for name, value in pairs}


def _errors(filled: Mapping[str, str]) -> list[tuple[str, str]]:
    kind, text, email = (filled.get(name, "") for name in ("kind", "text", "email"))
    checks = (
        ("kind", "no_kind", kind not in KINDS),
        ("score", "no_score", kind == "rating" and filled.get("score") not in {str(n) for n in range(1, SCALE + 1)}),
        ("text", "no_text", kind in ("suggestion", "complaint") and not text),
        ("text", "too_long", len(text) > MOST_LETTERS),
        ("cause", "bad_cause", filled.get("cause", "") not in ("", *CAUSES)),
        ("email", "bad_email", bool(email) and (len(email) > 254 or _EMAIL.fullmatch(email) is None)),
    )
    return [(field, word) for field, word, wrong in checks if wrong]


def _of_form(filled: Mapping[str, str], place: Place, language: str, name: str) -> Said:
    kind: Any = filled["kind"]
    return Said(
        id=name, kind=kind, identifiers={"email": filled["email"]} if filled.get("email") else {},
        score=float(filled["score"]) if kind == "rating" else None, scale=SCALE if kind == "rating" else None,
        about=place.about, text=filled.get("text") or None, language=language,
        cause=filled.get("cause") or None if kind == "complaint" else None,
        complaint_id=f"c-{name[:12]}" if kind == "complaint" else None,
        order_id=filled.get("order_id") or None, location_id=place.location_id,
    )  # fmt: skip


def _read(body: bytes, now: int) -> Touchpoint | Fault:
    said = read_as(Said, body)
    return said if isinstance(said, Fault) else _touched(said, said.at or times.write(now), body)


def _touched(said: Said, at: str, original: bytes) -> Touchpoint | Fault:
    complaint = said.kind in ("complaint", "reopened")
    facts = {
        "score": said.score, "scale": said.scale, "about": said.about, "cause": said.cause,
        "policy_id": said.policy_id, "suggestion_id": said.suggestion_id,
    }  # fmt: skip
    content = {
        "event_id": f"{NAME}:{digest(said.kind, said.id)}",
        "type": _TYPES[said.kind],
        "channel": said.channel,
        "occurred_at": at,
        "identifiers": said.identifiers,
        "text": said.text,
        "language": said.language,
        "complaint_id": said.complaint_id or (said.id if complaint else None),
        "order_id": said.order_id,
        "item_id": said.item_id,
        "location_id": said.location_id,
        "staff_id": said.staff_id,
        "session_id": said.session_id,
        "properties": {name: value for name, value in facts.items() if value is not None},
    }
    return read_object(content, original)


SOURCE: Final = Source(NAME, Config, Feedback)
