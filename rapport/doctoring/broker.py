"""Does Kafka answer, and how soon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, number, ok, warning

NAME: Final = "broker"
SLOW_S: Final = 1.0
"""A broker on the same continent answers in hundredths of that."""


@dataclass(frozen=True, slots=True)
class BrokerSeen:
    """One question to the cluster: how long its answer took, and how many brokers it named; `error`: it did not."""

    where: str
    seconds: float = 0.0
    brokers: int = 0
    error: str = ""


def judge(seen: BrokerSeen) -> list[Finding]:
    if seen.error:
        remedy = (
            "start it (`rapport up`, or your cluster), or set RAPPORT_KAFKA to the one that runs; workers wait for it"
            " and go on where they were. docs/operations.md#rapportbrokeraway"
        )
        return [action(NAME, seen.where or "Kafka", f"does not answer: {seen.error}", remedy)]
    told = f"{number(seen.brokers, 'broker')}, answered in {duration(seen.seconds)}"
    if seen.seconds > SLOW_S:
        return [warning(NAME, seen.where, told, "look at the brokers' processor, disks and network: every chunk waits")]
    return [ok(NAME, seen.where, told)]
