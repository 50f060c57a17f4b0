"""An import that is only looked at: what it would send, and what is wrong with the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from producers.lines import MAX_LINE_BYTES
from producers.pipeline import Incoming
from schemas.faults import Fault
from schemas.records import Touchpoint
from schemas.wire import touchpoint_to_json

SAMPLES: Final = 3
EXAMPLES: Final = 5


class Look:
    """Counts by type and by reason, the first touchpoints, and the first faults of each reason by file and line."""

    def __init__(self) -> None:
        self.types = Counter[str]()
        self.rejected = Counter[str]()
        self.samples: list[Touchpoint] = []
        self.faults: dict[str, list[str]] = {}

    def take(self, piece: Incoming) -> None:
        body = piece.body
        if isinstance(body, Touchpoint):
            self.types[body.type] += 1
            if len(self.samples) < SAMPLES:
                self.samples.append(body)
        elif isinstance(body, Fault):
            self._reject(piece, body.reason, body.detail)
        else:
            self._reject(piece, "too_large", f"a line has at most {MAX_LINE_BYTES} bytes")

    @property
    def nothing(self) -> bool:
        """Whether there was something and all of it would be rejected."""
        return bool(self.rejected) and not self.types

    def _reject(self, piece: Incoming, reason: str, detail: str) -> None:
        self.rejected[reason] += 1
        examples = self.faults.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(f"{piece.place}:{piece.line}: {detail}")

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield "the first touchpoints:"
        yield from (f"  {msgspec.json.encode(touchpoint_to_json(each)).decode()}" for each in self.samples)
        for reason, examples in self.faults.items():
            yield f"{self.rejected[reason]:,} would be rejected as {reason}, the first of them:"
            yield from (f"  {example}" for example in examples)
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.types.most_common())
        yield f"{self.types.total():,} would be accepted ({kinds or 'nothing'}); {self.rejected.total():,} rejected."
        yield "Nothing was sent."

    def to_json(self) -> dict[str, object]:
        return {
            "accepted": self.types.total(),
            "types": dict(self.types),
            "rejected": dict(self.rejected),
            "faults": self.faults,
            "samples": [touchpoint_to_json(each) for each in self.samples],
        }
