"""Which adapter answers: plain paths first, names in paths, no two for one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from producers.collector.adapter import Request, Route, Taken
from producers.collector.routing import Router, RouteTaken


class Only:
    """An adapter of some routes."""

    def __init__(self, name: str, *routes: tuple[str, str]) -> None:
        self.name = name
        self.routes: Sequence[Route] = [Route(*each) for each in routes]

    def take(self, request: Request) -> Taken:
        return Taken(())


ROUTER = Router([
    Only("qr", ("GET", "/q/{code}")), Only("mail", ("GET", "/q/help"), ("POST", "/m/{list}/{id}")),
])  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "name", "args"),
    [
        pytest.param("GET", "/q/shelf-7", "qr", {"code": "shelf-7"}, id="a name"),
        pytest.param("GET", "/q/help", "mail", {}, id="a plain path stands before a name"),
        pytest.param("POST", "/m/news/17", "mail", {"list": "news", "id": "17"}, id="two names"),
        pytest.param("GET", "/q/", None, {}, id="an empty segment is no name"),
        pytest.param("GET", "/q/a/b", None, {}, id="too long"),
        pytest.param("POST", "/q/shelf-7", None, {}, id="another method"),
    ],
)
def test_a_path_is_found(method: str, path: str, name: str | None, args: dict[str, str]) -> None:
    found = ROUTER.find(method, path)
    assert (found.adapter.name if found else None, dict(found.args) if found else {}) == (name, args)


def test_methods_of_a_path() -> None:
    assert ROUTER.methods("/q/x") == ["GET"]
    assert ROUTER.methods("/nowhere") == []


@pytest.mark.parametrize("path", ["/q/{code}", "/q/{other}"])
def test_two_sources_never_share_a_route(path: str) -> None:
    with pytest.raises(RouteTaken, match="b: GET /q/"):
        Router([Only("a", ("GET", "/q/{code}")), Only("b", ("GET", path))])
