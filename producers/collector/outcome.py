"""What a caller is told of its events: how many were accepted, and of each that was not where it stood and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

import msgspec

from producers.collector.adapter import Answer, Refused
from schemas.faults import Fault
from schemas.records import Touchpoint

JSON_HEADERS: Final = (("content-type", "application/json"),)
MOST_EVENTS: Final = 10_000
"""Of one request: what takes a third of a second, in which nobody else is served."""
_AT: Final = re.compile(r"\(byte (\d+)\)")
_ENCODER: Final = msgspec.json.Encoder()


def not_too_many(events: int) -> None:
    """Raises where a request holds more than `MOST_EVENTS`."""
    if events > MOST_EVENTS:
        raise Refused(413, "too_many_events", f"{events} events; a request has at most {MOST_EVENTS}: send fewer")


def outcome(
    read: Sequence[Touchpoint | Fault], *, many: bool, said: Mapping[str, Any] | None = None,
    places: Sequence[int] | None = None,
) -> Answer:  # fmt: skip
    """200 where it is a batch, whatever became of each; a single event that was rejected gets 400.

    `said` stands in the answer, too; `places` are the events that the touchpoints came of, if not one each.
    """
    at = range(len(read)) if places is None else places
    rejected = [_rejected(index, each) for index, each in zip(at, read, strict=True) if isinstance(each, Fault)]
    events = len(read) if places is None else len(set(places))
    bad = len({each["index"] for each in rejected})
    content = {**(said or {}), "accepted": events - bad, "rejected": rejected}
    return Answer(200 if many or not rejected else 400, _ENCODER.encode(content), JSON_HEADERS)


def _rejected(index: int, fault: Fault) -> dict[str, Any]:
    faults = [each._asdict() for each in fault.faults]
    found: dict[str, Any] = {"index": index, "reason": fault.reason, "faults": faults}
    if fault.event_id is not None:
        found["event_id"] = fault.event_id
    return found


def bad_json(body: bytes) -> NoReturn:
    """Raises what is wrong with a body that is not the JSON that it should be: what, in which line and column."""
    try:
        body.decode()  # of a text inside, msgspec's error counts from that text's beginning
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
    raise Refused(400, "not_json", f"line {line}, column {column}: {what}; nothing was kept: mend it and send it again")
