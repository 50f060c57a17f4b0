"""What all pages share: accounts, the hub, the desk, templates; and the way a request becomes a page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.accounts.limits import Guesses, Tries
from console.accounts.people import People
from console.accounts.roles import Right
from console.desk.acting import Desk
from console.desk.laboratory import Laboratory
from console.live.following import Hub
from console.web.asking import Answers
from console.web.guard import SESSION, LogIn, Stop, form_of, need
from console.web.viewer import Viewer, viewer_of
from rapport.settings import Settings
from sinks.clickhouse.client import Reader
from streams.knowledge.model import Knowledge

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
_TYPED: Final = re.compile(r"`([^`]+)`")
PART: Final = "x-part"
"""A header by which our script asks for a piece of a page."""


def _html(template: str | None) -> bool:
    return template is None or not template.endswith(".txt")


@cache
def _templates() -> Environment:
    """Compiled once for all consoles of a process."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=_html, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters["commands"] = _commands
    return found


def _commands(line: str) -> Markup:
    """A line of the catalogue of words in which `…` stands for what is typed."""
    return Markup(_TYPED.sub(r"<code>\1</code>", str(escape(line))))


@dataclass(frozen=True, slots=True)
class Site:
    """One console. `store` answers SQL or raises StoreError."""

    settings: Settings
    knowledge: Knowledge
    people: People
    hub: Hub
    desk: Desk
    store: Reader
    answers: Answers
    secure: bool = False
    """Whether browsers reach it by HTTPS: its cookie is then given to nobody else."""
    guesses: Guesses = field(default_factory=Guesses)
    deeds: Tries = field(default_factory=lambda: Tries(120, 60))
    """Forms of one person."""
    laboratory: Laboratory = field(default_factory=Laboratory)
    """Replay runs that are started here."""
    pages: Environment = field(default_factory=_templates)

    def piece(self, viewer: Viewer, template: str, **facts: Any) -> str:
        """A template as this viewer reads it."""
        return self.pages.get_template(template).render(v=viewer, site=self, **facts)

    def page(self, viewer: Viewer, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
        return HTMLResponse(self.piece(viewer, template, **facts), status)


Shown = Callable[[Site, Request, Viewer], Awaitable[Response]]
Done = Callable[[Site, Request, Viewer, dict[str, str]], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def shown(site: Site, right: Right | None, make: Shown) -> Endpoint:
    """A page for who has the right; without one: for everybody."""

    async def endpoint(request: Request) -> Response:
        viewer, _ = _viewer(site, request)
        try:
            if right is not None:
                need(viewer.person, right)
            return await make(site, request, viewer)
        except LogIn:
            return _to_log_in(request)
        except Stop as stop:
            return stopped(site, viewer, request, stop)

    return endpoint


def done(site: Site, right: Right | None, make: Done) -> Endpoint:
    """What a form does, for who has the right; the form is one of this session's pages."""

    async def endpoint(request: Request) -> Response:
        viewer, token = _viewer(site, request)
        try:
            if right is not None:
                person = need(viewer.person, right)
                if site.deeds.wait_s(person.name):
                    raise Stop(429, "refused.too_many")
                site.deeds.note(person.name)
            form = await form_of(request, token if viewer.person else "")
            return await make(site, request, viewer, form)
        except LogIn:
            return _to_log_in(request) if PART in request.headers else logged_out(site, viewer)
        except Stop as stop:
            return stopped(site, viewer, request, stop)

    return endpoint


def logged_out(site: Site, viewer: Viewer) -> Response:
    """The door, for who has sent a form and whose session had ended; what they wrote is still on the page before."""
    return site.page(viewer, "login.html", 401, next="/", said="login.again", name="", empty=False)


def stopped(site: Site, viewer: Viewer, request: Request, stop: Stop) -> Response:
    """Why not, as a page, or in a word for our script."""
    if PART in request.headers:
        return Response(viewer.say(stop.said), stop.status, media_type="text/plain")
    return site.page(viewer, "error.html", stop.status, said=stop.said, code=stop.status)


def _viewer(site: Site, request: Request) -> tuple[Viewer, str]:
    token = request.cookies.get(SESSION, "")
    person = site.people.of(token) if token else None
    return viewer_of(request, person, token if person else "", site.knowledge), token


def _to_log_in(request: Request) -> Response:
    if PART in request.headers or request.method != "GET":
        return Response("log in", 401, media_type="text/plain")
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(here)}", 303)
