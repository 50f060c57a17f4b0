"""Rapport's own JSON (docs/touchpoints.md): one object, an array of them, or a line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from producers.collector.adapter import Request, Route, Source, Taken
from producers.collector.keys import Keys, WriteKey
from producers.collector.outcome import bad_json, not_too_many, outcome
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "touchpoints"
LINES: Final = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines")
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys`: who may send."""

    keys: tuple[WriteKey, ...]


class OwnJson:
    """`POST /v1/touchpoints`. Each touchpoint stands alone; the answer names every one that was rejected."""

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/touchpoints"),)

    def __init__(self, config: Config) -> None:
        self._keys = Keys(config.keys)

    def take(self, request: Request) -> Taken:
        quota = self._keys.caller(request.headers)
        body = request.body.removeprefix(b"\xef\xbb\xbf").strip()
        many = body.startswith(b"[")
        if many:
            read = [read_line(bytes(each)) for each in array(body)]
        elif request.headers.get("content-type", "").partition(";")[0].strip().lower() in LINES:
            many = True
            read = [read_line(line) for line in _lines(body)]
        else:
            read = [read_line(body)]
            if isinstance(read[0], Fault) and read[0].reason == "not_json":
                lines = [read_line(line) for line in _lines(body)]
                many = len(lines) > 1 and not _first_is_no_json(lines)
                if not many:
                    bad_json(body)
                read = lines
        return Taken(read, outcome(read, many=many), quota)


def array(body: bytes) -> Sequence[Any]:
    """The elements of a JSON array, each as it came."""
    try:
        found = _ARRAY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bad_json(body)
    not_too_many(len(found))
    return found


def _lines(body: bytes) -> Sequence[bytes]:
    found = [line for line in body.split(b"\n") if line.strip()]
    not_too_many(len(found))
    return found


def _first_is_no_json(read: Sequence[Touchpoint | Fault]) -> bool:
    first = read[0]
    return isinstance(first, Fault) and first.reason == "not_json"


SOURCE: Final = Source(NAME, Config, OwnJson)
