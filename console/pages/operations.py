"""For who runs the line: its stations, how far behind they are, and dead letters."""

from __future__ import annotations

import asyncio
from typing import Any, Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts.masking import hidden, masked
from console.web.guard import Stop
from console.web.site import PART, Site
from console.web.viewer import Viewer
from producers.delivery import DeliveryFailed
from producers.kafka_log import KafkaLog
from producers.letters.content import touchpoint_of
from producers.letters.mapping import Fixes
from producers.letters.remedies import REMEDIES, remedy
from producers.letters.replay import candidates, judged, send
from producers.letters.shelf import Shelf
from producers.letters.shelf import read as read_shelf
from rapport import running
from rapport.doctoring.asking.http import get
from rapport.doctoring.scrape import Scrape, parse
from schemas.letters import Letter

EVENTS: Final = "rapport_collector_events_total"
COUNTED: Final = ("rapport_records_total", "rapport_sink_rows_total", EVENTS)
REFUSED: Final = ("rapport_dead_letters_total", "rapport_sink_poison_total")
"""Besides what the collector counts as rejected."""
SHORT: Final = 120
"""Letters of a detail on one line."""
LETTERS: Final = 50
WAIT_S: Final = 5.0


class Station(msgspec.Struct, frozen=True):
    """One process: what it does, as it says itself; `answers` False where it says nothing."""

    name: str
    address: str
    answers: bool = False
    records: int = 0
    lag: int = 0
    behind_s: float = 0.0
    refused: int = 0


class Shown(msgspec.Struct, frozen=True):
    """A dead letter on one line, and what would be sent for it; what is the customer's own out of sight."""

    id: str
    at: int
    reason: str
    stage: str
    detail: str
    remedy: str
    content: str
    row: bool = False
    """Whether it is a row of a file, and no touchpoint yet."""


class Letters(NamedTuple):
    """Of dead letters the last that are to be mended, how many are, and how many were sent again."""

    shown: tuple[Shown, ...] = ()
    open: int = 0
    replayed: int = 0
    away: bool = False


async def page(site: Site, request: Request, viewer: Viewer) -> Response:
    stations, letters = await asyncio.gather(asyncio.to_thread(_stations, site), asyncio.to_thread(_letters, site))
    facts: dict[str, Any] = {
        "stations": stations, "letters": letters, "stale": site.hub.stale_since,
        "short": shortened,
        "versions": site.knowledge.version, "reveals": site.people.reveals(20), "people": site.people.all(),
    }  # fmt: skip
    part = request.headers.get(PART) == "charts"
    return site.page(viewer, "stations.html" if part else "operations.html", **facts)


async def replay(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """Send one letter again as it is, by the same door and the same judgement as `rapport dlq replay`."""
    del viewer, form
    wanted = request.path_params["letter"]
    try:
        sent = await asyncio.to_thread(_replayed, site, wanted)
    except DeliveryFailed:
        raise Stop(503, "refused.kafka") from None
    if not sent:
        raise Stop(409, "refused.letter")
    return RedirectResponse("/operations", 303)


def _stations(site: Site) -> list[Station]:
    note = running.read(site.settings.data)
    children = note.children if note is not None else ()
    named = [(child.name, f"127.0.0.1:{child.port}") for child in children if child.port]
    return [_station(name, address) for name, address in named]


def _station(name: str, address: str) -> Station:
    answer = get(address, "/metrics")
    try:
        found = parse(answer.body) if answer.status == 200 else None
    except ValueError:
        found = None
    return Station(name, address) if found is None else _seen(name, address, found)


def _seen(name: str, address: str, found: Scrape) -> Station:
    return Station(
        name, address, True,
        records=next((n for name in COUNTED if (n := int(found.total(name)))), 0),
        lag=int(found.total("rapport_lag_records")),
        behind_s=max((value for _, value in found.of("rapport_lag_seconds")), default=0.0),
        refused=int(sum(found.total(name) for name in REFUSED) + found.total(EVENTS, outcome="rejected")),
    )  # fmt: skip


def _letters(site: Site) -> Letters:
    try:
        shelf = _shelf(site)
    except DeliveryFailed:
        return Letters(away=True)
    waiting = shelf.open
    shown = tuple(_shown(letter) for letter in waiting[: -LETTERS - 1 : -1])
    return Letters(shown, len(waiting), len(shelf.letters) - len(waiting))


def shortened(words: str, room: int = SHORT) -> str:
    """So much of it as stands on one line, cut between words where it has any."""
    if len(words) <= room:
        return words
    head = words[:room]
    return f"{head.rpartition(' ')[0].rstrip(' ,;:(') or head}…"


def _shelf(site: Site) -> Shelf:
    log = KafkaLog(site.settings.cluster, WAIT_S)
    try:
        return read_shelf(log, lambda letter: True)
    finally:
        log.close()


def _shown(letter: Letter) -> Shown:
    content = touchpoint_of(letter)
    text = (
        msgspec.json.format(msgspec.json.encode(hidden(content)), indent=2).decode()
        if content is not None
        else letter.value[:2_000].decode("utf-8", "replace")
    )
    told = remedy(letter)
    row = letter.reason in REMEDIES and told != REMEDIES[letter.reason]
    detail = masked(letter.detail)
    return Shown(letter.id, letter.at, letter.reason, letter.stage, detail, told, masked(text)[:4_000], row)


def _replayed(site: Site, wanted: str) -> bool:
    log = KafkaLog(site.settings.cluster, WAIT_S)
    try:
        shelf = read_shelf(log, lambda letter: letter.id == wanted)
        found = judged(candidates(shelf.open), shelf, Fixes(), site.settings.identity)
        send(found, shelf, log, site.settings.identity)
        return bool(found.sent)
    finally:
        log.close()
