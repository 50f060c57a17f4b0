"""What a caller is told of its events: how many were accepted, and of each that was not where it stood and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import msgspec

from producers.collector.adapter import Answer, Refused
from schemas.contract import Fault
from schemas.records import Touchpoint

JSON_HEADERS: Final = (("content-type", "application/json"),)
_AT: Final = re.compile(r"\(byte (\d+)\)")
_ENCODER: Final = msgspec.json.Encoder()


def outcome(read: Sequence[Touchpoint | Fault], *, many: bool, said: dict[str, Any] | None = None) -> Answer:
    """200 where it is a batch, whatever became of each; a single event that was rejected gets 400.

    `said` stands in the answer, too.
    """
    rejected = [_rejected(index, each) for index, each in enumerate(read) if isinstance(each, Fault)]
    content = {**(said or {}), "accepted": len(read) - len(rejected), "rejected": rejected}
    return Answer(200 if many or not rejected else 400, _ENCODER.encode(content), JSON_HEADERS)


def _rejected(index: int, fault: Fault) -> dict[str, Any]:
    found: dict[str, Any] = {
        "index": index,
        "reason": fault.reason,
        "faults": [each._asdict() for each in fault.faults],
    }
    if fault.event_id is not None:
        found["event_id"] = fault.event_id
    return found


def bad_json(body: bytes) -> NoReturn:
    """Raises what is wrong with a body that is no JSON: what, in which line and column."""
    try:
        msgspec.json.decode(body)
        what, at = "is JSON of another form than this path takes", 0
    except UnicodeDecodeError as error:
        what, at = f"is not UTF-8: {error.reason}", error.start
    except RecursionError:
        what, at = "is nested too deeply", 0
    except msgspec.DecodeError as error:
        found = _AT.search(str(error))
        what, at = str(error), int(found[1]) if found else len(body)
    before = body[:at]
    line, column = before.count(b"\n") + 1, at - (before.rfind(b"\n") + 1) + 1
    raise Refused(400, "not_json", f"line {line}, column {column}: {what}")
