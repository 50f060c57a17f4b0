"""What is wrong with a line that is no touchpoint: reasons, and every fault by its field."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

REASONS: Final[tuple[str, ...]] = (
    "too_large", "bad_encoding", "not_json", "not_an_object", "nul_character", "refused_type", "unknown_type",
    "missing_field", "sentinel_identifier", "bad_date", "wrong_type", "bad_value", "unknown_field",
)  # fmt: skip
"""Most telling first: a record with several faults is counted under the first that applies."""

MISSING: Final = "is missing"
"""What is wrong with a field that a touchpoint must have and has not."""


class FieldFault(NamedTuple):
    """One fault: the field (`a.b` for one inside another), what is wrong, and the remedy."""

    field: str
    what: str
    remedy: str


class Fault(msgspec.Struct, frozen=True, gc=False):
    """A line that is no touchpoint: every fault by field, and the line as it came."""

    reason: str
    faults: tuple[FieldFault, ...]
    original: bytes
    event_id: str | None = None

    @property
    def detail(self) -> str:
        """All faults in one line, for a person."""
        return "; ".join(
            f"{field}: {what} ({remedy})" if field else f"{what} ({remedy})" for field, what, remedy in self.faults
        )
