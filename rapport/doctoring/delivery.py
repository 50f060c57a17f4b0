"""Does anybody tell people of alerts, where a delivery file says whom?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, number, ok

NAME: Final = "delivery"


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """The delivery file with its faults (`file:line: reason`), and how many processes deliver or stand by."""

    file: str
    faults: Sequence[str]
    members: int


def judge(seen: DeliverySeen) -> list[Finding]:
    if seen.faults:
        told = f"{len(seen.faults)} wrong: {seen.faults[0]}"
        return [action(NAME, seen.file, told, "mend them (`rapport knowledge check` names all): docs/delivery.md")]
    if not seen.members:
        return [
            action(
                NAME, seen.file, "nobody delivers: no process is in the group rapport-deliver",
                "start one: `rapport deliver`; alerts wait, and are told if they are still open then",
            )
        ]  # fmt: skip
    return [ok(NAME, seen.file, f"{number(seen.members, 'process')} in the group rapport-deliver")]
