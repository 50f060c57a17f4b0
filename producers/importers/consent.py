"""What the customers of a foreign data set have agreed to. An import never takes a yes for granted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec

from schemas.records import IDENTIFIERS, Touchpoint

SCOPES: Final = (
    "profiling", "camera", "location", "email", "sms", "phone", "dm", "push", "letter", "personalised_ads",
)  # fmt: skip
PURPOSES: Final = ("promo", "service", "care", "survey")


class BadConsent(Exception):
    """A scope or purpose that there is not, or no basis: names it, and what there is."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes, each with the purposes it is given for (none named: all), and on which basis that is known."""

    scopes: tuple[tuple[str, tuple[str, ...]], ...]
    basis: str

    def before(self, touchpoint: Touchpoint, asked: set[bytes]) -> Iterator[Touchpoint]:
        """`consent.changed` for a customer who is not in `asked` yet, who then is, at the time of the touchpoint."""
        who = {name: value for name in IDENTIFIERS if (value := getattr(touchpoint, name)) is not None}
        if not who:
            return
        key = blake2b(repr(sorted(who.items())).encode(), digest_size=8).digest()
        if key in asked:
            return
        asked.add(key)
        for scope, purposes in self.scopes:
            said = {"scope": scope, "granted": True, "basis": self.basis}
            yield Touchpoint(
                event_id=f"{touchpoint.event_id}:consent:{scope}",
                type="consent.changed",
                occurred_at=touchpoint.occurred_at,
                occurred_offset=touchpoint.occurred_offset,
                channel="system",
                initiator="customer",
                properties=msgspec.json.encode(said | ({"purposes": purposes} if purposes else {})).decode(),
                history=touchpoint.history,
                **who,
            )


def consent(texts: list[str], basis: str | None) -> Consent | None:
    """Of `profiling` or `email:promo,service`; None where nothing is claimed. BadConsent names what is wrong."""
    if not texts:
        if basis is not None:
            raise BadConsent("--basis says why a consent is known; name the consent with --consent SCOPE")
        return None
    if basis is None or not basis.strip():
        raise BadConsent("--consent needs --basis: how is it known that these customers agreed (a form, a contract)?")
    return Consent(_merged(map(_scope, texts)), basis.strip())


def _merged(named: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each scope once: of a touchpoint's consents to one scope the last would count alone."""
    merged: dict[str, tuple[str, ...]] = {}
    for scope, purposes in named:
        before = merged.get(scope, purposes)
        merged[scope] = tuple(dict.fromkeys((*before, *purposes))) if before and purposes else ()
    return tuple(merged.items())


def _scope(text: str) -> tuple[str, tuple[str, ...]]:
    scope, _, listed = text.partition(":")
    purposes = tuple(name.strip() for name in listed.split(",") if name.strip())
    if scope not in SCOPES:
        raise BadConsent(f"--consent {text}: no such scope. There are {', '.join(SCOPES)}.")
    for name in purposes:
        if name not in PURPOSES:
            raise BadConsent(f"--consent {text}: {name} is no purpose. There are {', '.join(PURPOSES)}.")
    return scope, purposes
