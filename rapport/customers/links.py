"""Which keys are one person: links are followed by their records, from the weaker key to the stronger.

A loyalty card is a link, too, once a touchpoint showed it together with a customer's id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from rapport.customers.archive import Archive
from schemas.keys import NAMED

HOPS: Final = 3
"""A chain of links is followed no further."""
MOST: Final = 16
"""Keys of one person that are looked at."""

_CARD: Final = f"{NAMED}:"

Keyed = Callable[[str], str | None]
"""The key of an identifier as a link names it; None if it identifies nobody."""


class Person(NamedTuple):
    """The customer's key, and the keys that are linked to it."""

    customer_id: str
    linked: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return self.customer_id, *self.linked


def person(archive: Archive, key: str, keyed: Keyed) -> Person:
    """Whom the key belongs to by the links that hold now. StoreError as the store says."""
    chain = [key]
    while len(chain) <= HOPS and (to := _target(archive, chain[-1], keyed)) is not None and to not in chain:
        chain.append(to)
    *passed, customer_id = chain
    return Person(customer_id, _weaker(archive, customer_id, passed, keyed))


def _weaker(archive: Archive, customer_id: str, passed: list[str], keyed: Keyed) -> tuple[str, ...]:
    """The keys from which links lead to this one, the passed ones first."""
    found = list(passed)
    near = [customer_id, *passed]
    for _ in range(HOPS):
        named = [(key, strong) for strong in near for key in _named(archive, strong)]
        near = [key for key, strong in dict(named).items() if key not in (customer_id, *found)
                and _target(archive, key, keyed) == strong][: MOST - len(found)]  # fmt: skip
        if not near:
            break
        found += near
    return tuple(found)


def _named(archive: Archive, strong: str) -> list[str]:
    """Keys that may lead to this one."""
    return [*archive.named_in_links(strong, MOST), *(f"{_CARD}{card}" for card in archive.cards(strong, MOST))]


def _target(archive: Archive, key: str, keyed: Keyed) -> str | None:
    link = archive.link(key)
    if link is not None and keyed(str(link.get("from"))) == key:
        return keyed(str(link.get("to")))
    return archive.bearer(key.removeprefix(_CARD)) if key.startswith(_CARD) else None
