"""Which outputs of a replay are wanted. What is folded is never narrowed: it decides what comes later."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.records import Emitted


@dataclass(frozen=True, slots=True)
class Selection:
    """Outputs at or after `from_`, before `to` (ms), of one `customer`; None sets no limit."""

    from_: int | None = None
    to: int | None = None
    customer: str | None = None

    def takes(self, output: Emitted) -> bool:
        """Whether the output is wanted."""
        if self.customer is not None and output.customer_id != self.customer:
            return False
        return (self.from_ is None or output.at >= self.from_) and (self.to is None or output.at < self.to)
