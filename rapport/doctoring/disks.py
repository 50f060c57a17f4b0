"""Is there room where Rapport and Kafka write?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, ok, size, unchecked, warning

NAME: Final = "disk"
FULL_SHARE: Final = 0.05
FULL_BYTES: Final = 1 << 30
"""Less than both is soon nothing: Kafka stops at a full disk, and the store's merges need room of their own."""
LOW_SHARE: Final = 0.15
LOW_BYTES: Final = 10 << 30


@dataclass(frozen=True, slots=True)
class DiskSeen:
    """Room at a place; `error`: it could not be asked. `writable` False: what is there cannot be written to."""

    where: str
    free: int = 0
    total: int = 0
    error: str = ""
    writable: bool = True


def judge(seen: DiskSeen) -> list[Finding]:
    if seen.error:
        return [unchecked(NAME, seen.where, seen.error, "look at it on its own machine: df -h")]
    if not seen.writable:
        told = "cannot be written to by this user, or is mounted read-only"
        return [action(NAME, seen.where, told, "mount it for writing, or give it to the user that runs Rapport")]
    told = f"{size(seen.free)} of {size(seen.total)} free"
    remedy = "make room, or give the disk more; delete no file by hand. docs/operations.md#rapportstorediskfull"
    if seen.free < min(FULL_SHARE * seen.total, FULL_BYTES):
        return [action(NAME, seen.where, told, remedy)]
    if seen.free < min(LOW_SHARE * seen.total, LOW_BYTES):
        return [warning(NAME, seen.where, told, remedy)]
    return [ok(NAME, seen.where, told)]
