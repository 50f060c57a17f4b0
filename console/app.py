"""The console as an ASGI application: one table of its pages and what each needs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from console.accounts.roles import Right
from console.pages import customer, door, events, inbox, live, operations, policy, portfolio, replay
from console.web.guard import Headers, Stop
from console.web.site import TEMPLATES, Done, Shown, Site, done, shown, stopped
from console.web.viewer import viewer_of

PAGES: Final[tuple[tuple[str, Right | None, Shown], ...]] = (
    ("/", None, door.start),
    ("/login", None, door.log_in_page),
    ("/inbox", "inbox", inbox.inbox),
    ("/inbox/{alert_id}", "inbox", inbox.inbox),
    ("/events", "inbox", events.stream),
    ("/customers", "customer", customer.ask),
    ("/customers/{customer_id:path}", "customer_at_desk", customer.page),
    ("/live", "live", live.page),
    ("/portfolio", "portfolio", portfolio.customers),
    ("/portfolio/treatment", "portfolio", portfolio.treatment),
    ("/portfolio/effects", "portfolio", portfolio.effects),
    ("/portfolio/policy", "portfolio", policy.page),
    ("/replay", "replay", replay.page),
    ("/replay/compare", "replay", replay.compare),
    ("/replay/{run}/{output}", "replay", replay.output),
    ("/operations", "operations", operations.page),
)
FORMS: Final[tuple[tuple[str, Right | None, Done], ...]] = (
    ("/login", None, door.log_in),
    ("/logout", None, door.log_out),
    ("/like", None, door.like),
    ("/inbox", "inbox", inbox.look),
    ("/alerts/{alert_id}/{action}", "act", inbox.act),
    ("/customers", "customer", customer.search),
    ("/reveal", "reveal", customer.reveal),
    ("/notes", "act", customer.note),
    ("/replay", "replay", replay.start),
    ("/letters/{letter}/replay", "operations", operations.replay),
)


def build(site: Site) -> Starlette:
    """The application of one site."""

    async def health(request: Request) -> Response:
        del request
        well = site.hub.ready and site.hub.stale_since is None
        return JSONResponse({"well": well, "version": version("rapport")}, 200 if well else 503)

    async def metrics(request: Request) -> Response:
        del request
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def missing(request: Request, error: Exception) -> Response:
        del error
        return stopped(site, viewer_of(request, None, "", site.knowledge), request, Stop(404, "refused.page"))

    routes: list[BaseRoute] = [
        Route("/health", health), Route("/metrics", metrics),
        Mount("/static", StaticFiles(directory=TEMPLATES.parent / "static")),
        *(Route(path, shown(site, right, make), methods=["GET"]) for path, right, make in PAGES),
        *(Route(path, done(site, right, make), methods=["POST"]) for path, right, make in FORMS),
    ]  # fmt: skip
    return Starlette(
        routes=routes, middleware=[Middleware(Headers, secure=site.secure)], exception_handlers={404: missing}
    )
