"""What became a dead letter within the last hour, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, ok, warning
from streams.app.breaker import SYSTEMIC

NAME: Final = "dead letters"
WITHIN_S: Final = 3600.0
FLOOD: Final = 50
"""Of systemic reasons within the hour: as many as stop a partition (RAPPORT_BREAKER_MINIMUM)."""


@dataclass(frozen=True, slots=True)
class LettersSeen:
    """Counted by stage and reason. `more`: there were too many to count them all."""

    counts: Mapping[tuple[str, str], int]
    more: bool = False
    minimum: int = FLOOD


def judge(seen: LettersSeen) -> list[Finding]:
    """Any is a warning; a flood of those that point at the system, a call for action."""
    about = "touchpoints.dlq.v1"
    total = sum(seen.counts.values())
    if not total:
        return [ok(NAME, about, "none within the last hour")]
    reasons = sorted(seen.counts.items(), key=lambda item: (-item[1], item[0]))
    told = f"{'more than ' if seen.more else ''}{total:,} within the last hour: "
    told += ", ".join(f"{reason} ({stage}) {count:,}" for (stage, reason), count in reasons)
    systemic = sum(count for (_, reason), count in seen.counts.items() if reason in SYSTEMIC)
    look = "`rapport dlq ls` and `show` say which, `rapport dlq replay` sends them again: docs/dead-letters.md"
    if systemic >= seen.minimum:
        return [
            action(
                NAME, about, told, f"stop and mend their producer first, docs/operations.md#rapportpoisonflood; {look}"
            )
        ]
    return [warning(NAME, about, told, look)]
