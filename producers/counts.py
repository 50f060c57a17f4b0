"""What became of the input: the numbers that `send`, `import` and the example report at their end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """`accepted` were sent, `present` were found in the log on resuming and not sent again.

    Every input is in exactly one of accepted, present and rejected; every rejected
    one was dead-lettered, now or before the interruption.
    """

    accepted: int = 0
    present: int = 0
    clamped: int = 0
    dead_lettered: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """All that were rejected, whatever the reason."""
        return self.rejected.total()

    @property
    def nothing(self) -> bool:
        """Whether all of it was rejected; not where there was nothing at all."""
        return bool(self.refused) and not self.accepted and not self.present

    def to_json(self) -> dict[str, dict[str, int]]:
        plain = {
            "accepted": self.accepted,
            "present": self.present,
            "clamped": self.clamped,
            "dead_lettered": self.dead_lettered,
        }
        return {"counts": plain, "rejected": dict(self.rejected)}

    @classmethod
    def from_json(cls, content: dict[str, dict[str, int]]) -> Counts:
        plain = content.get("counts", {})
        return cls(
            plain.get("accepted", 0),
            plain.get("present", 0),
            plain.get("clamped", 0),
            plain.get("dead_lettered", 0),
            Counter(content.get("rejected", {})),
        )

    def summary(self, acknowledged: int) -> str:
        """One sentence for people: accepted, rejected by reason, and what else is worth knowing."""
        parts = [f"{self.accepted + self.present:,} accepted"]
        if self.present:
            parts.append(f"{self.present:,} of them already sent before the interruption")
        if self.clamped:
            parts.append(f"{self.clamped:,} with a future time, set to the time of receipt")
        if self.refused:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in self.rejected.most_common())
            parts.append(f"{self.refused:,} rejected ({reasons}), {self.dead_lettered:,} dead-lettered")
        else:
            parts.append("0 rejected")
        parts.append(f"{acknowledged:,} acknowledged by Kafka")
        return "; ".join(parts) + "."
