"""The cookies of a request, and whether the person has agreed to be recognised by one."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cookie in which the site keeps its banner's answer, and which words in it mean yes.

    The words are looked for between anything that is no letter, digit or `_`: `granted` is found in
    `analytics:granted`, and `yes` is not in `eyes`.
    """

    cookie: str = "rapport_consent"
    granted: tuple[str, ...] = ("yes", "granted", "true")


def cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The first value of each name, as it stands."""
    found: dict[str, str] = {}
    for part in headers.get("cookie", "").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found.setdefault(name.strip(), value.strip().strip('"'))
    return found


def agreed(headers: Mapping[str, str], consent: Consent) -> bool:
    """Whether there is a yes, and no signal against it: Global Privacy Control or Do Not Track overrule the cookie.

    A parameter of the address is no consent: whoever makes a link would give it for others.
    """
    if headers.get("sec-gpc", "").strip() == "1" or headers.get("dnt", "").strip() == "1":
        return False
    said = cookies_of(headers).get(consent.cookie, "").lower()
    words = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in said).split()
    return any(word.lower() in words for word in consent.granted)
