"""Which letters somebody means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from producers.letters.content import customers_of
from schemas.keys import IdentityKey
from schemas.letters import Letter

STAGES: Final = ("producer", "identity", "engine", "delivery")
"""Who refuses."""


@dataclass(frozen=True, slots=True)
class Selection:
    """An empty filter lets everything through.

    `ids` are whole or the beginnings of ids; `sources` are topics and files, or places in them as lists show them
    (`Letter.place`), of a path also its last parts; `customer` is a key; `since` (in) and `until` (out) are moments of
    the refusal in milliseconds.
    """

    ids: tuple[str, ...] = ()
    reasons: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None
    customer: str | None = None

    @property
    def everything(self) -> bool:
        return self == Selection()

    def holds(self, letter: Letter, identity: IdentityKey) -> bool:
        return (
            (not self.ids or letter.id.startswith(self.ids))
            and (not self.reasons or letter.reason in self.reasons)
            and (not self.stages or letter.stage in self.stages)
            and (not self.sources or any(_is_of(letter, asked) for asked in self.sources))
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at < self.until)
            and (self.customer is None or self.customer in customers_of(letter, identity))
        )

    def unmatched(self, letters: Iterable[Letter]) -> list[str]:
        """Ids that were asked for and begin no letter's."""
        found = [letter.id for letter in letters]
        return [asked for asked in self.ids if not any(id_.startswith(asked) for id_ in found)]


def _is_of(letter: Letter, asked: str) -> bool:
    ends = f"/{asked.removeprefix('./')}"
    return any(f"/{known.removeprefix('./')}".endswith(ends) for known in (letter.source, letter.place))
