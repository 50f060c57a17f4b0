"""Cameras that count people, and those that know a face again (docs/sources-desk.md has the form).

No image comes in, in no disguise: a body, field or text that could be one refuses the whole request,
and nothing of it is kept, not even as a dead letter. Of a face there is only the opaque token that
the camera's own system gave it, and only from a confidence on; identity keeps it for customers who
agreed and strips it from all others. What is left is a number of people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from producers.collector.adapter import Refused, Request, Route, Source, Taken
from producers.collector.faults import Event
from producers.collector.keys import WriteKey
from producers.collector.outcome import outcome
from producers.collector.webhooks import Door, pieces
from schemas.faults import Fault
from schemas.fields import Wrong
from schemas.records import Touchpoint

NAME: Final = "camera"
FIELDS: Final = (
    "event_id", "camera_id", "location_id", "occurred_at", "kind", "count", "confidence", "face_token",
    "dwell_s", "measure", "value",
)  # fmt: skip
KINDS: Final = ("entered", "visited", "measured")

LONGEST_TEXT: Final = 128
"""Characters of any text: too few for a face."""
LARGEST_EVENT: Final = 4_096
MOST_PEOPLE: Final = 500
"""Of one event; a counter that sends every minute stays far below."""
MOST_TOUCHPOINTS: Final = 10_000

_PICTURES: Final = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"\0\0\0", b"\x1aE\xdf\xa3",
)  # fmt: skip
_MEDIA: Final = ("image/", "video/", "multipart/", "application/octet-stream")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)
_BASE64_PICTURE: Final = re.compile(r"data:|/9j/|iVBORw|R0lGOD|UklGR")
_REMEDY: Final = "send counts and the camera system's own opaque tokens, never pictures; nothing was kept"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys` or `secrets`: who may send. `confidence_floor`: below it a face counts as nobody's."""

    keys: tuple[WriteKey, ...] = ()
    secrets: tuple[str, ...] = ()
    confidence_floor: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.9


class Camera:
    """`POST /v1/camera`: one event, an array of them or `{"events": […]}`; each stands alone, but for pictures."""

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/camera"),)

    def __init__(self, config: Config) -> None:
        self._door = Door(config.keys, config.secrets)
        self._floor = config.confidence_floor

    def take(self, request: Request) -> Taken:
        quota = self._door.admit(request)
        _no_picture(request)
        bodies, many = pieces(request.body)
        contents = [_content(at, body) for at, body in enumerate(bodies)]
        read: list[Touchpoint | Fault] = []
        below = 0
        for content in contents:
            confident = self._confident(content)
            below += "face_token" in content and not confident
            read.extend(_read(content, confident))
            if len(read) > MOST_TOUCHPOINTS:
                raise Refused(413, "too_many", f"more than {MOST_TOUCHPOINTS} people in one request: send it in parts")
        return Taken(read, outcome(read, many=many, said={"below_floor": below}), quota)

    def _confident(self, content: dict[str, Any]) -> bool:
        confidence = content.get("confidence")
        return isinstance(confidence, int | float) and not isinstance(confidence, bool) and confidence >= self._floor


def _no_picture(request: Request) -> None:
    kind = request.headers.get("content-type", "").strip().lower()
    if kind.startswith(_MEDIA) or request.body.startswith(_PICTURES):
        raise Refused(415, "image", f"the body is a picture or could hold one; {_REMEDY}")


def _content(index: int, body: bytes) -> dict[str, Any]:
    """The fields of an event. Whatever is not known, deep or long refuses all: it could be a picture."""
    if len(body) > LARGEST_EVENT:
        raise Refused(422, "image", f"event {index}: {len(body)} bytes, at most {LARGEST_EVENT}; {_REMEDY}")
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "not_json", f"event {index}: {error}") from error
    if not isinstance(content, dict):
        raise Refused(422, "not_an_object", f"event {index}: is no object; send events as docs/sources-desk.md says")
    for name, value in content.items():
        if name not in FIELDS:
            raise Refused(
                422, "image", f"event {index}: {name[:40]!r} is no field ({', '.join(FIELDS)} are); {_REMEDY}"
            )
        if isinstance(value, dict | list) or (isinstance(value, str) and _could_be_picture(value)):
            words = f"event {index}: {name} is longer or deeper than such a field is; {_REMEDY}"
            raise Refused(422, "image", words)
    return content


def _could_be_picture(text: str) -> bool:
    return len(text) > LONGEST_TEXT or _BASE64_PICTURE.match(text) is not None


def _read(content: dict[str, Any], confident: bool) -> list[Touchpoint | Fault]:
    token = content.pop("face_token", None)
    event = Event(content, msgspec.json.encode(content), FIELDS)  # a dead letter holds no token
    id_, camera = event.text("event_id", required=True), event.text("camera_id", required=True)
    kind = event.word("kind", KINDS, required=True)
    count = _count(event)
    confidence = event.number("confidence", 0, 1)
    properties = {"camera": camera, "confidence": confidence}
    match kind:
        case "measured":
            type_, channel = "env.measured", "system"
            properties = {"camera": camera, "kind": event.text("measure", required=True), "value": event.get("value")}
        case "visited":
            type_, channel = "store.visited", "camera"
            properties["dwell_s"] = event.number("dwell_s", 0, 7 * 86_400)
        case _:
            type_, channel = "store.entered", "camera"
    touchpoint = {
        "type": type_, "channel": channel, "occurred_at": event.get("occurred_at"),
        "location_id": event.text("location_id", required=True),
        "properties": {name: value for name, value in properties.items() if value is not None},
    }  # fmt: skip
    if token is not None:
        _judge_token(event, token, kind, count)
        if confident and isinstance(token, str):
            touchpoint["identifiers"] = {"face_token": token}
    first = f"{NAME}:{camera}:{id_}" if id_ and camera else None
    ids = [first] if count == 1 or first is None else [f"{first}:{n}" for n in range(1, count + 1)]
    read = event.judged(touchpoint | {"event_id": ids[0]})
    if isinstance(read, Fault):
        return [read]
    return [read, *(msgspec.structs.replace(read, event_id=each) for each in ids[1:] if each)]


def _count(event: Event) -> int:
    count = event.number("count", 1, MOST_PEOPLE)
    if count is not None and count != int(count):
        event.wrong("count", Wrong("bad_value", "is no whole number", "count people"))
    return int(count or 1)


def _judge_token(event: Event, token: object, kind: str | None, count: int) -> None:
    if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
        event.wrong(
            "face_token", Wrong("bad_value", "is no opaque token", "send letters, digits and . _ : - of your own")
        )
    elif count > 1 or kind == "measured":
        event.wrong("face_token", Wrong("bad_value", "is one person's", "send it with one who entered or visited"))


SOURCE: Final = Source(NAME, Config, Camera)
