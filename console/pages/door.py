"""Coming in, going out, and how one likes to read."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts.people import Person
from console.web.guard import SESSION, local
from console.web.site import Site
from console.web.viewer import THEMES, Viewer
from rapport.voice import LANGUAGES

YEAR_S = 365 * 24 * 3600


async def log_in_page(site: Site, request: Request, viewer: Viewer) -> Response:
    if viewer.person is not None:
        return RedirectResponse(home(viewer.person), 303)
    next_ = local(request.query_params.get("next", "/"))
    return site.page(viewer, "login.html", next=next_, said="", name="", empty=not site.people.all())


async def log_in(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """A new session each time: one that somebody else has put into the browser is worth nothing."""
    name, address = form.get("name", "").strip().lower()[:40], request.client.host if request.client else ""
    next_ = local(form.get("next", "/"))
    facts = {"next": next_, "name": name, "empty": False}
    if not site.guesses.begin(name, address):
        return site.page(viewer, "login.html", 429, said="login.wait", **facts)
    person = await asyncio.to_thread(site.people.admit, name, form.get("password", ""))
    if person is None:
        return site.page(viewer, "login.html", 401, said="login.wrong", **facts)
    site.guesses.right(name, address)
    if old := request.cookies.get(SESSION):
        site.people.end(old)
    answer = RedirectResponse(home(person) if next_ == "/" else next_, 303)
    answer.set_cookie(SESSION, site.people.open(person), httponly=True, samesite="lax", secure=site.secure)
    return answer


async def log_out(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    del viewer, form
    site.people.end(request.cookies.get(SESSION, ""))
    site.hub.look_again()  # other pages of this browser are told, not only when something changes
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION)
    return answer


async def like(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """Language and theme, for this browser."""
    del request, viewer
    answer = RedirectResponse(local(form.get("back", "/")), 303)
    for name, known in (("lang", LANGUAGES), ("theme", (*THEMES, "auto"))):
        if form.get(name) in known:
            answer.set_cookie(name, form[name], max_age=YEAR_S, samesite="lax", secure=site.secure)
    return answer


async def start(site: Site, request: Request, viewer: Viewer) -> Response:
    del site, request
    return RedirectResponse("/login" if viewer.person is None else home(viewer.person), 303)


def home(person: Person) -> str:
    """Where somebody's day begins."""
    return "/inbox" if person.may("inbox") else "/live"
