"""One customer: who, how they stand with us and why, what is open, what we know, what must not be done."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import secrets
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts.masking import SAID
from console.accounts.people import Person
from console.charts.steps import steps
from console.desk.acting import LONGEST, touchpoint_of
from console.live.item import CALL, Item, at_desk
from console.pages.inbox import gist
from console.pages.reading import ASK, SILENT, Nobody, Seen, key_of, read
from console.web.guard import Stop
from console.web.site import Site
from console.web.viewer import Viewer
from producers.collector.writing import Unavailable
from rapport.customers.known import Known, Matter
from rapport.customers.leaning import leaning
from schemas.keys import is_sentinel
from schemas.records import EVERYONE
from sinks.clickhouse.client import StoreError
from streams.alerts.card import Gist

PHONE: Final = re.compile(r"[+＋][0-9 ()./-]{6,24}", re.ASCII)
LONGEST_KEY: Final = 1_000
LONGEST_NAME: Final = 200
"""Letters of what somebody looks for."""
URGENT: Final = ("error", "critical")
LEAST: Final = 0.005
"""What is less likely would stand there with 0 %."""
SHORTEST_REASON: Final = 8
"""Letters of why somebody wants to see contact data."""


class Pressing(NamedTuple):
    """What is urgent: whose it is, and what its card asks for; without the latter of another desk's."""

    team: str
    item: Item | None = None
    asked: Gist | None = None


async def ask(site: Site, request: Request, viewer: Viewer) -> Response:
    """The field in which somebody writes who is meant."""
    del request
    return site.page(viewer, "search.html", nobody=False, near="", q="")


async def search(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """To the customer. A clear address comes by form alone, and is hashed before it stands in any address line."""
    del request
    named = form.get("q", "").strip()[:LONGEST_NAME]
    try:
        key = key_of(site, kind_written(named))
    except Nobody as nobody:
        return _unknown(site, viewer, nobody, named)
    return RedirectResponse(f"/customers/{_quoted(key)}", 303)


def kind_written(named: str) -> str:
    """What somebody wrote, with its kind: an address of mail and an international number say it themselves."""
    if ":" in named:
        return named
    if "@" in named.strip("@"):
        return f"email:{named}"
    return f"phone:{named}" if PHONE.fullmatch(named) else named


async def page(site: Site, request: Request, viewer: Viewer) -> Response:
    person, named = viewer.person, request.path_params["customer_id"]
    assert person is not None
    guard(site, person, named)
    at = _moment(request.query_params.get("at", ""), viewer)
    try:
        seen = await asyncio.to_thread(read, site, named, at)
    except Nobody as nobody:
        return _unknown(site, viewer, nobody, named)
    except StoreError:
        raise Stop(503, "refused.away") from None
    # What is told of a past moment is told as it was told then: "3 h ago" counts from there.
    then = viewer if at is None else dataclasses.replace(viewer, now=at)
    return site.page(then, "customer.html", **facts(site, then, seen, at))


def _unknown(site: Site, viewer: Viewer, nobody: Nobody, named: str) -> Response:
    return site.page(viewer, "search.html", 404, nobody=True, near=nobody.near, q=named)


def _moment(asked: str, viewer: Viewer) -> int | None:
    """The moment of the past that a form or a link names, the latter in milliseconds; None for now."""
    if not asked:
        return None
    try:
        at = viewer.read(asked)
    except ValueError:
        raise Stop(422, "refused.until") from None
    return at if at < viewer.now else None


def guard(site: Site, person: Person, customer_id: str) -> None:
    """Whose customers somebody may see: all, or those of whom an alert stands on their desk. Nobody sees, or writes
    about, what is no one customer's key."""
    if len(customer_id) > LONGEST_KEY or is_sentinel(customer_id) or customer_id == EVERYONE:
        raise Stop(404, "refused.customer")
    if person.may("customer"):
        return
    here = (i for i in site.hub.standing.items() if i.alert.customer_id == customer_id and not i.done)
    if not any(at_desk(item, person) for item in here):
        raise Stop(404, "refused.customer")


def facts(site: Site, viewer: Viewer, seen: Seen, at: int | None = None) -> dict[str, Any]:
    assert viewer.person is not None
    known = seen.known
    type_ = site.knowledge.relationship(known.standing.type)
    language = viewer.language
    clear = viewer.person.may("reveal") and site.people.revealed(viewer.person, known.customer_id)
    seen = msgspec.structs.replace(seen, slots={name: viewer.seen(value, clear) for name, value in seen.slots.items()})
    said = [name for name in SAID if name in seen.slots]
    silent = [name for name in SILENT if name in seen.slots]
    never = [name for name in seen.slots if name not in (*SAID, *SILENT)]
    calls = {i.id: i for i in site.hub.standing.items() if i.alert.customer_id == known.customer_id and not i.done}
    mine = [item for item in calls.values() if at_desk(item, viewer.person)]
    likely = leaning(known.standing, site.knowledge)
    manners = Gist(type_.do[language], type_.do_not[language])
    if likely is not None and (then := site.knowledge.relationship(likely.type)).valence < 0:
        # What warns counts before it is declared; what is pleasant waits for that.
        type_, manners = then, Gist(then.do[language], tuple(dict.fromkeys((*then.do_not[language], *manners.do_not))))
    return {
        "k": known, "seen": seen, "clear": clear, "likely": likely, "manner": type_.manner[language],
        "do": manners.do, "do_not": manners.do_not, "pressing": _pressing(site, viewer, known, mine), "at": at,
        "shares": [each for each in known.standing.likely if each.probability >= LEAST],
        "matters": _by_matter(known.matters), "picture": steps(
            seen.steps, known.standing, viewer, viewer.say("now") if at is None else viewer.clock(at)
        ), "said": said, "silent": silent, "never": never,
        "ask": [name for name in ASK if name not in seen.slots and not (name == "language" and known.language)],
        "mine": {item.id for item in mine}, "nonce": secrets.token_hex(8), "longest": LONGEST,
        "shortest": SHORTEST_REASON, "call": next((i for i in mine if i.behind and i.behind.name == CALL), None),
    }  # fmt: skip


def _by_matter(matters: Sequence[Matter]) -> list[list[Matter]]:
    """Alerts of one matter together, whatever team has them; each where its first stands."""
    found: dict[str, list[Matter]] = {}
    for each in matters:
        found.setdefault(each.matter or each.alert_id, []).append(each)
    return list(found.values())


def _pressing(site: Site, viewer: Viewer, known: Known, mine: Sequence[Item]) -> Pressing | None:
    """What the gravest open alert asks for, where it is urgent: it comes before all manners.

    Of another desk's alert only who has it is told.
    """
    urgent = [each for each in known.matters if each.severity in URGENT]
    if not urgent:
        return None
    gravest = max(urgent, key=lambda each: (URGENT.index(each.severity), any(i.id == each.alert_id for i in mine)))
    item = next((each for each in mine if each.id == gravest.alert_id), None)
    if item is None:
        return Pressing(gravest.team)
    card = Gist(item.alert.card.do, item.alert.card.do_not)
    asked = card if item.alert.language == viewer.language else gist(site, viewer, item) or card
    return Pressing(gravest.team, item, asked)


async def reveal(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """Contact data in clear for a while; who, whose and why go on record."""
    del request
    assert viewer.person is not None
    customer_id, reason = form.get("customer_id", ""), form.get("reason", "").strip()[:LONGEST]
    guard(site, viewer.person, customer_id)
    if len(reason) < SHORTEST_REASON:
        raise Stop(422, "refused.reason")
    site.people.reveal(viewer.person, customer_id, reason)
    return RedirectResponse(f"/customers/{_quoted(customer_id)}", 303)


async def note(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """What was said, for whoever comes next."""
    del request
    assert viewer.person is not None
    customer_id, text = form.get("customer_id", ""), form.get("note", "").strip()[:LONGEST]
    guard(site, viewer.person, customer_id)
    if not text or not customer_id:
        raise Stop(422, "refused.note")
    event_id = f"console:note:{viewer.person.name}:{form.get('nonce', '')[:32]}"
    noted = touchpoint_of(
        "agent.noted", event_id, viewer.person, customer_id, {}, now=viewer.now, text=text, language=viewer.language
    )
    try:
        await site.desk.write([noted])
    except Unavailable:
        raise Stop(503, "refused.kafka") from None
    return RedirectResponse(f"/customers/{_quoted(customer_id)}", 303)


def _quoted(key: str) -> str:
    return quote(key, safe=":")
