"""Dead letters as they stand on their topic, and the marks that a replay leaves beside them.

A letter's value and key are those of the record that was refused; what is known of the
refusal stands in headers, all of them text. A mark has the header `mark` and is no letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from schemas.keys import AS_IT_IS, NAMED
from schemas.recorded import Headers, Recorded
from schemas.records import EVERYONE
from schemas.traces import carried

MARK: Final = "mark"
"""Header of a record on the dead-letter topic that is no letter but says what was done; its value is a `Kind`."""
LETTER: Final = "letter"
"""Header that names a letter: of a mark, and of the touchpoint on the raw topic that a replay made of the letter."""

Kind: TypeAlias = Literal["begun", "replayed", "ended", "repeated"]
"""Those of a replay of letters, and that a touchpoint only repeats one: the archive counts it no second time."""
REPEATED: Final[Kind] = "repeated"


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `topic`, `partition`, `offset`: where the refused record stood; empty and -1 for one that came
    to no topic, of which `file` and `line` tell. `at`: when it was refused, in milliseconds. `trace`: the header of
    the trace that it belongs to.
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
    )


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
