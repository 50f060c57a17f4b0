"""What happens to one's alerts, told to every screen at once (server-sent events)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from console.live.item import Item, at_desk, was_at_desk
from console.pages.inbox import row_of
from console.web.guard import SESSION, whole
from console.web.site import Site
from console.web.viewer import Viewer

BEAT_S: Final = 15.0
"""A stream that is silent for long is taken for broken by what lies between."""


async def stream(site: Site, request: Request, viewer: Viewer) -> Response:
    """Changes as they come, from where the screen stands (`Last-Event-ID`, at first `since`)."""
    place = request.headers.get("last-event-id") or request.query_params.get("since", "")
    epoch, _, number = place.partition(".")
    seen = whole(number) if epoch == site.hub.epoch else None
    known = -1 if seen is None else seen
    token = request.cookies.get(SESSION, "")
    return StreamingResponse(
        _told(site, viewer, known, token), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _told(site: Site, viewer: Viewer, known: int, token: str) -> AsyncIterator[str]:
    """Without gap or doubles: each alert once by its number; `reset` where the screen has to begin anew."""
    hub = site.hub
    stale: object = ()
    yield "retry: 1000\n\n"
    while (person := site.people.of(token)) is not None and person == viewer.person:
        now = Viewer(viewer.person, viewer.voice, viewer.zone, viewer.theme, viewer.csrf)
        if stale != (hub.stale_since, hub.ready):
            stale = (hub.stale_since, hub.ready)
            yield _event("line", "", {"text": _line_said(site, now), "stale": hub.stale_since is not None})
        changed = hub.standing.since(known)
        known = hub.standing.number
        if changed is None:
            yield _event("reset", f"{hub.epoch}.{known}", {})
        found = [item for each in changed or () if (item := hub.standing.get(each)) is not None]
        theirs = [item for item in found if was_at_desk(item, viewer.person)]
        for left, item in enumerate(theirs, 1 - len(theirs)):
            # Only the last has a number: a screen that is cut off before it is told all of them again.
            yield _event("alert", "" if left else f"{hub.epoch}.{known}", _row(site, now, item))
        if not await hub.changed(known, BEAT_S) and stale == (hub.stale_since, hub.ready):
            yield ": still here\n\n"
    yield _event("out", "", {})


def _row(site: Site, viewer: Viewer, item: Item) -> dict[str, Any]:
    assert viewer.person is not None
    if not at_desk(item, viewer.person):  # it was, until it was handed on
        return {"id": item.id, "tab": ""}
    row = row_of(item, site.hub.standing.case(item), viewer)
    return {
        "id": item.id, "row": row.id, "case": [each.id for each in row.case], "tab": row.tab,
        "teams": [each.team for each in row.case], "severities": [each.alert.severity for each in row.case],
        "pop": _pop(item, viewer), "title": viewer.seen(item.alert.title), "by": item.by or "",
        "html": site.piece(viewer, "row.html", row=row, item=row.item, a=row.item.alert, open_id=""),
    }  # fmt: skip


def _pop(item: Item, viewer: Viewer) -> str:
    """Whether its card opens by itself: where who looks has a place of their own; else a bar on top says so."""
    assert viewer.person is not None
    return ("card" if viewer.person.places else "bar") if item.pops(viewer.now) else ""


def _event(kind: str, place: str, facts: dict[str, Any]) -> str:
    numbered = f"id: {place}\n" if place else ""
    return f"{numbered}event: {kind}\ndata: {msgspec.json.encode(facts).decode()}\n\n"


def _line_said(site: Site, viewer: Viewer) -> str:
    """Whether what is shown is live, in a sentence; empty while it is."""
    if site.hub.stale_since is not None:
        return viewer.say("stale", viewer.clock(int(site.hub.stale_since * 1000)))
    return "" if site.hub.ready else viewer.say("catching_up")
