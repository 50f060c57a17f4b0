"""Dead letters as they stand on their topic, and the marks that a replay leaves beside them.

A letter's value and key are those of the record that was refused; what is known of the
refusal stands in headers, all of them text. A mark has the header `mark` and is no letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from schemas.catalogue import standard
from schemas.contract import sound_fields
from schemas.keys import AS_IT_IS, NAMED, NO_KEY, NOBODY, IdentityKey, key_for, key_is_sentinel
from schemas.recorded import Headers, Recorded
from schemas.records import EVERYONE, IDENTIFIERS, Because, Rejected
from schemas.salvage import salvaged
from schemas.traces import carried

MARK: Final = "mark"
"""Header of a record on the dead-letter topic that is no letter but says what was done; its value is a `Kind`."""
LETTER: Final = "letter"
"""Header that names a letter: of a mark, and of the touchpoint on the raw topic that a replay made of the letter."""

ATTEMPT: Final = "attempt"
"""Header that says how often a record has been tried: of a letter, and of the touchpoint that a replay made of one."""
_DIGITS: Final = 4
"""More of them are nobody's count."""

_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "unreadable": (
        "bad_encoding", "not_json", "not_an_object", "empty_value", "not_framed", "unknown_schema", "truncated",
    ),
    "contract": (
        "too_large", "nul_character", "refused_type", "unknown_type", "missing_field", "sentinel_identifier",
        "bad_date", "wrong_type", "bad_value", "unknown_field", "tick_from_future",
    ),
    "routing": ("empty_key", "misrouted", "no_source", "bad_hint", "chain_too_long"),
    "conflict": ("alert_unknown", "alert_over", "alert_taken", "alert_incomplete", "team_unknown"),
    "program": ("detector_failed",),
    "delivery": ("not_delivered",),
}  # fmt: skip
CLASS_OF: Final[Mapping[str, str]] = {reason: name for name, reasons in _CLASSES.items() for reason in reasons}
"""The kind of error, in one word, of each reason."""
OTHER: Final = "other"

Kind: TypeAlias = Literal["begun", "replayed", "ended", "repeated"]
"""Those of a replay of letters, and that a touchpoint only repeats one: the archive counts it no second time."""
REPEATED: Final[Kind] = "repeated"


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `topic`, `partition`, `offset`: where the refused record stood; empty and -1 for one that came
    to no topic, of which `file` and `line` tell. `at`: when it was refused, in milliseconds. `trace`: the header of
    the trace that it belongs to. `customer`, `knowledge` and `because` (the touchpoint's event id) may be empty.
    """

    id: str
    stage: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    at: int
    file: str
    line: int
    key: bytes
    value: bytes
    trace: tuple[str, bytes] | None = None
    kind: str = OTHER
    attempt: int = 1
    customer: str = ""
    knowledge: str = ""
    because: str = ""

    @property
    def source(self) -> str:
        """Where it came from, in one word: the topic, or the file."""
        return self.topic or self.file

    @property
    def place(self) -> str:
        """The very record: `topic[partition]@offset`, or `file:line`."""
        return f"{self.topic}[{self.partition}]@{self.offset}" if self.topic else f"{self.file}:{self.line}"


def headers_of(headers: Headers) -> dict[str, str]:
    """All headers as text; bytes that are none are replaced."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in headers}


def is_mark(headers: Headers) -> bool:
    """Whether the record is no letter."""
    return any(name == MARK for name, _ in headers)


def letter_of(record: Recorded) -> Letter:
    """The letter; what its headers lack is empty, its id then the place where it stands."""
    found = headers_of(record.headers)
    return Letter(
        id=found.get("id") or f"{record.partition}:{record.offset}",
        stage=found.get("stage", ""),
        reason=found.get("reason", ""),
        detail=found.get("detail", ""),
        topic=found.get("topic", ""),
        partition=_number(found.get("partition"), -1),
        offset=_number(found.get("offset"), -1),
        # The engine knows no time before its first tick.
        at=_number(found.get("at"), 0) or record.timestamp,
        file=found.get("file", ""),
        line=_number(found.get("line"), -1),
        key=record.key or b"",
        value=record.value or b"",
        trace=carried(record.headers),
        kind=found.get("class") or CLASS_OF.get(found.get("reason", ""), OTHER),
        attempt=attempt_of(record.headers),
        customer=found.get("customer", ""),
        knowledge=found.get("knowledge", ""),
        because=found.get("because", ""),
    )


def further(reason: str, attempt: int, *, customer: str | None, because: str | None, knowledge: str) -> dict[str, str]:
    """Headers of a letter beside those that say what was refused, where and why; without those that would be empty."""
    said = {"class": CLASS_OF.get(reason, OTHER), ATTEMPT: str(attempt)}
    known = {"customer": customer, "knowledge": knowledge, "because": because}
    return said | {name: text for name, text in known.items() if text}


def attempt_of(headers: Headers) -> int:
    """How often the record has been tried; what says nothing of it came for the first time."""
    return max(1, next((_number(value.decode("ascii", "replace"), 1) for _, value in tried(headers)), 1))


def tried(headers: Headers) -> list[tuple[str, bytes]]:
    """The header that says so, for what derives from the record; none where there is none."""
    return [(name, value) for name, value in headers if name == ATTEMPT and value and len(value) <= _DIGITS][:1]


def rejected_of(record: Recorded) -> Rejected:
    """The letter as an output. What its headers do not say of customer and touchpoint is read in the letter itself."""
    headers, found = headers_of(record.headers), letter_of(record)
    fields = fields_of(found.value) if not (found.customer and found.because) else {}
    event_id = found.because or fields.get("event_id")
    return Rejected(
        id=found.id, at=_number(headers.get("at"), found.at),
        partition=found.partition if "partition" in headers else record.partition,
        offset=found.offset if "offset" in headers else record.offset, knowledge=found.knowledge,
        customer_id=found.customer or whose(found.key) or customer_of(b"", fields),
        because=(Because(event_id, found.reason),) if event_id else (),
        stage=found.stage, reason=found.reason, detail=found.detail, original=found.value,
        file=found.file or None, line=found.line if found.file else None,
    )  # fmt: skip


def fields_of(value: bytes) -> dict[str, Any]:
    """The sound fields of a touchpoint, as far as the value holds one."""
    return sound_fields(salvaged(value).content or {})


def customer_in(fields: Mapping[str, Any], identity: IdentityKey) -> str | None:
    """The key that a touchpoint of these sound fields would have; None where it is everybody's or nobody's."""
    if fields.get("type") in standard().company_wide():
        return None
    kind = next((kind for kind in IDENTIFIERS if kind in fields and kind != NO_KEY), None)
    return None if kind is None else key_for(kind, fields[kind], identity)


def whose(key: bytes | None) -> str | None:
    """The customer whose key it is; None for everybody's, nobody's, and what is none."""
    try:
        named = (key or b"").decode()
    except UnicodeDecodeError:
        return None
    return None if named == EVERYONE or named.startswith(f"{NOBODY}:") or key_is_sentinel(named) else named


def customer_of(key: bytes, fields: Mapping[str, Any]) -> str | None:
    """Whose key a record had, else whom its sound fields name in clear; None if that is nobody."""
    named = key.decode("utf-8", "replace")
    if named not in ("", EVERYONE):
        return named
    card = fields.get(NAMED)
    return fields.get(AS_IT_IS) or (f"{NAMED}:{card}" if card else None)


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text) if text else otherwise
    except ValueError:
        return otherwise
