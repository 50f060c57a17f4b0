"""Whom somebody may have meant: the person behind a key, and what to try where nobody is known by it."""

from __future__ import annotations

import re
from typing import Final

from rapport import running
from rapport.customers.archive import Archive
from rapport.customers.links import Person, person
from rapport.failure import Failure
from rapport.identifying import customer_key
from rapport.settings import Settings
from schemas.keys import HASHED
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.connect import reader

_CLEAR: Final = {"email": re.compile(r"[^\s:@]+@[^\s@]+"), "phone": re.compile(r"\+?[\d ()/-]{6,}", re.ASCII)}
"""What looks like an address that somebody wrote without its kind."""
_OTHER_KEY: Final = (
    "is it right, and RAPPORT_IDENTITY_KEY that of the producers? Who gave a customer_id, too, is known by that"
)


def behind(archive: Archive, key: str, settings: Settings) -> Person:
    """By the links in the archive; while that is away, the key alone."""

    def keyed(identifier: str) -> str | None:
        try:
            return customer_key(identifier, settings.identity)
        except Failure:
            return None

    try:
        return person(archive, key, keyed)
    except StoreError:
        return Person(key)


def remedy(archive: Archive, key: str, named: str) -> str:
    """What to try next."""
    if meant := _meant(archive, key, named):
        return meant
    if key != named:
        return _OTHER_KEY
    kinds = ", ".join(f"{kind}:…" for kind in HASHED[:2])
    return f"look somebody up by their key as `rapport tail` shows it, or by {kinds} or loyalty_card:…"


def _meant(archive: Archive, key: str, named: str) -> str:
    """Another name, where one is near; else empty."""
    if key != named:
        return ""
    if kind := next((kind for kind, form in _CLEAR.items() if form.fullmatch(named)), None):
        return f"did you mean {kind}:{named}?"
    try:
        near = archive.nearest(key)
    except StoreError:
        near = None
    return "" if near is None else f"did you mean {near}?"


def unheard(settings: Settings, key: str, named: str, *, waiting: bool = False) -> str:
    """Why nothing may come of that customer: nobody is known so, or known by another key. Empty where neither is.

    `waiting` for them, who may be new, is no fault that wants a remedy.
    """
    try:
        archive = Archive(reader(running.with_store(settings)))
    except ValueError:  # RAPPORT_CLICKHOUSE is no address
        return ""
    who = behind(archive, key, settings)
    if who.customer_id != key:
        return f"{key} is {who.customer_id}: --customer {who.customer_id} shows what comes of them"
    if _known(archive, key, settings):
        return ""
    if waiting:
        return "; ".join(filter(None, (f"nobody is known as {key} yet; waiting", _meant(archive, key, named))))
    return f"nobody is known as {key} yet; {remedy(archive, key, named)}"


def _known(archive: Archive, key: str, settings: Settings) -> bool:
    """Also where nobody can tell: neither the store, nor the stream in time."""
    away = False
    try:
        stored = archive.read((key,), 1, None)
    except StoreError:
        away = True
    else:
        if stored.touchpoints or stored.card is not None:
            return True
    from rapport.customers.finding import PATIENCE_S, of_kafka  # only for whom the store does not know
    from rapport.customers.stream import StateDeep, StreamAway
    from streams.engine import UnreadableState

    try:
        return of_kafka(settings.cluster)(key, PATIENCE_S) is not None
    except (StateDeep, StreamAway, UnreadableState):
        return away
