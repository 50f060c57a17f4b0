"""Segment's tracking API: its SDKs, RudderStack's and others that speak it send here unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from producers.collector.adapter import Answer, Quota, Refused, Request, Route, Source, Taken
from producers.collector.adapters.segment import browser
from producers.collector.adapters.segment.calls import Calls, Sender
from producers.collector.adapters.segment.table import Rule, Table
from producers.collector.keys import Keys, WriteKey
from producers.collector.outcome import JSON_HEADERS, bad_json, not_too_many, outcome
from schemas.faults import Fault, FieldFault
from schemas.records import Touchpoint

NAME: Final = "segment"
MAX_CALL: Final = 32 * 1024
"""Bytes of one call."""

CALLS: Final = {
    "identify": "identify", "track": "track", "page": "page", "screen": "screen", "group": "group", "alias": "alias",
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias",
}  # fmt: skip
BATCHES: Final = ("batch", "b", "import")
_ONE: Final = {f"/v1/{path}": kind for path, kind in CALLS.items()}
_SETTINGS: Final = Route("GET", "/v1/projects/{key}/settings")
_SCRIPT: Final = Route("GET", "/analytics.js/v1/{key}/{file}")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys`: who may send. `events`: names of your own. `analytics_js`: folder of the browser's SDK, to be served."""

    keys: tuple[WriteKey, ...]
    events: dict[str, Rule] = {}
    analytics_js: str = ""


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]
    writeKey: Any = None
    sentAt: Any = None
    context: Any = None


_BATCH: Final = msgspec.json.Decoder(_Batch)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


class Segment:
    """Each call of a batch stands alone; one that is rejected is named in the answer by its index."""

    name = NAME
    routes: Sequence[Route] = (
        *(Route("POST", path) for path in (*_ONE, *(f"/v1/{path}" for path in BATCHES))), _SETTINGS, _SCRIPT,
    )  # fmt: skip

    def __init__(self, config: Config) -> None:
        self._keys = Keys(config.keys)
        self._calls = Calls(Table(config.events))
        self._scripts = browser.Scripts(Path(config.analytics_js) if config.analytics_js else None)

    def take(self, request: Request) -> Taken:
        route = request.route
        if route is _SETTINGS or route is _SCRIPT:
            return Taken((), self._browser(request))
        # A page that leaves (`sendBeacon`) sends no headers: then the body names the key.
        quota = self._keys.caller(request.headers) if "authorization" in request.headers else None
        kind = _ONE.get(route.path)
        return self._batch(request, quota) if kind is None else self._call(request, quota, kind)

    def _call(self, request: Request, quota: Quota | None, kind: str) -> Taken:
        body = request.body
        if len(body) > MAX_CALL:
            raise Refused(413, "too_large", f"{len(body)} bytes; a call has at most {MAX_CALL}: send less of it")
        event = self._object(body)
        quota = quota or self._named(event.get("writeKey"))
        read = self._calls.read(event, body, Sender(request.received_at, None, quota.name), kind)
        if Fault not in map(type, read):
            return Taken(read, _done(1), quota, places=[0] * len(read))
        places = [0] * len(read)
        return Taken(read, outcome(read, many=False, said={"success": False}, places=places), quota, places=places)

    def _batch(self, request: Request, quota: Quota | None) -> Taken:
        body = request.body
        try:
            batch = _BATCH.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._object(body)
            raise Refused(400, "bad_batch", "a batch is an object with a list `batch` of calls") from None
        quota = quota or self._named(batch.writeKey)
        not_too_many(len(batch.batch))
        sender = Sender(request.received_at, batch.sentAt, quota.name)
        context = batch.context if isinstance(batch.context, dict) else None
        read: list[Touchpoint | Fault] = []
        places: list[int] = []
        for index, raw in enumerate(batch.batch):
            found = self._one(bytes(raw), context, sender)
            read += found
            places += [index] * len(found)
        if Fault not in map(type, read):
            return Taken(read, _done(len(batch.batch)), quota, places=places)
        return Taken(read, outcome(read, many=True, said={"success": False}, places=places), quota, places=places)

    def _one(self, raw: bytes, context: dict[str, Any] | None, sender: Sender) -> Sequence[Touchpoint | Fault]:
        if len(raw) > MAX_CALL:
            return [_fault("too_large", f"{len(raw)} bytes", f"a call has at most {MAX_CALL}", raw)]
        try:
            event = _OBJECT.decode(raw)
        except RecursionError:
            return [_fault("bad_value", "is nested too deeply", "flatten it", raw)]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return [_fault("not_an_object", str(error), "a call is an object", raw)]
        if context is not None:
            event.setdefault("context", context)
        return self._calls.read(event, raw, sender)

    def _browser(self, request: Request) -> Answer:
        key = request.args["key"]
        if self._keys.known(key) is None:
            raise Refused(404, "wrong_key", "no such write key")
        if request.route is _SETTINGS:
            return browser.settings(key, request.url)
        found = self._scripts.get(request.args["file"], key)
        if found is None:
            raise Refused(
                404, "unknown_path", "no such script here; `analytics_js` names its folder (docs/collector.md)"
            )
        return found

    def _named(self, key: Any) -> Quota:
        quota = self._keys.known(key) if isinstance(key, str) else None
        if quota is None:
            raise Refused(401, "wrong_key", "no such write key: send it as user of Basic, or as `writeKey` in the body")
        return quota

    @staticmethod
    def _object(body: bytes) -> dict[str, Any]:
        try:
            return _OBJECT.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            bad_json(body)


def _done(events: int) -> Answer:
    """That all of them were accepted: what `outcome` says of so many good ones."""
    return Answer(200, b'{"success":true,"accepted":%d,"rejected":[]}' % events, JSON_HEADERS)


def _fault(reason: str, what: str, remedy: str, original: bytes) -> Fault:
    return Fault(reason, (FieldFault("", what, remedy),), original)


SOURCE: Final = Source(NAME, Config, Segment)
