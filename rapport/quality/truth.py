"""What truly holds: files of `rapport simulate --truth` and of `rapport label`, a JSON object a line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from rapport.failure import WRONG_USAGE, Failure
from schemas import times

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "close": ("marriage_partner", "best_friend", "old_friend", "childhood_friend", "buddy", "sibling"),
    "allied": ("parent_child", "teammate", "business_partner", "guru_disciple", "star_groupie"),
    "passionate": ("secret_affair", "fling", "one_night_stand", "dealer_addict"),
    "distant": ("courtship", "basic_exchange", "next_door_neighbor", "casual_acquaintance", "fleeting_acquaintance",
                "complete_stranger", "arranged_marriage"),
    "tense": ("master_slave", "villain_victim", "stalker_prey", "enemy", "ex_friend", "frenemy", "captive"),
}  # fmt: skip
"""The 29 in the order of the domain's table, cut where the kind of bond changes."""

FAMILY_OF: Final[dict[str, str]] = {each: family for family, types in FAMILIES.items() for each in types}
TYPES: Final[tuple[str, ...]] = tuple(FAMILY_OF)
TENSE: Final[frozenset[str]] = frozenset(FAMILIES["tense"]) - {"master_slave"}
"""Valence below zero: they need care before anything else."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of a truth or labels file; `until` is absent where the next period, or the end, ends it."""

    type: str
    since: str
    customer_id: str = ""
    device: str | None = None
    until: str | None = None
    cause: str = ""


class Life(NamedTuple):
    """The periods of one customer, in order of time."""

    starts: Sequence[int]
    types: Sequence[str]

    def at(self, at: int) -> str | None:
        """What holds at a time; None before the first period."""
        place = bisect_right(self.starts, at)
        return self.types[place - 1] if place else None


def read(lines: Iterable[bytes], place: str) -> dict[tuple[str, str], Life]:
    """(kind of identifier, value) to what truly held. Lines about incidents are passed over; Failure names the line."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or b'"incident"' in line:
            continue
        try:
            entry = msgspec.json.decode(line, type=Line)
            since = times.read(entry.since).at
        except (msgspec.DecodeError, ValueError) as error:
            raise Failure(f"{place}, line {number}: {error}; write customer_id, type and since (RFC 3339)",
                          status=WRONG_USAGE) from error  # fmt: skip
        if entry.type not in FAMILY_OF:
            raise Failure(f"{place}, line {number}: there is no relationship {entry.type!r}; take one of"
                          f" {', '.join(TYPES)}", status=WRONG_USAGE)  # fmt: skip
        who = ("device", entry.device) if entry.device else ("customer_id", entry.customer_id)
        found.setdefault(who, []).append((since, entry.type))
    return {who: Life(*zip(*sorted(periods), strict=True)) for who, periods in found.items()}
