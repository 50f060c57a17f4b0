"""Which adapter answers a method and a path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from producers.collector.adapter import Adapter, Route


class Found(NamedTuple):
    """An adapter, the route by which it was found, and what stood in the place of its `{name}`s."""

    adapter: Adapter
    route: Route
    args: Mapping[str, str]


class RouteTaken(ValueError):
    """Two adapters want the same route."""


class Router:
    """All routes of all adapters. A path without names stands before one with."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._plain: dict[tuple[str, str], Found] = {}
        self._named: dict[tuple[str, int], list[tuple[tuple[str, ...], Found]]] = {}
        for adapter in adapters:
            for route in adapter.routes:
                self._add(adapter, route)

    def find(self, method: str, path: str) -> Found | None:
        """None where nobody answers this method at this path."""
        found = self._plain.get((method, path))
        if found is not None or not self._named:
            return found
        parts = tuple(path.split("/"))
        for pattern, each in self._named.get((method, len(parts)), ()):
            args = _args(pattern, parts)
            if args is not None:
                return each._replace(args=args)
        return None

    def methods(self, path: str) -> list[str]:
        """What the path answers, sorted; empty where nobody does."""
        methods = {method for method, _ in self._plain} | {method for method, _ in self._named}
        return sorted(method for method in methods if self.find(method, path) is not None)

    def _add(self, adapter: Adapter, route: Route) -> None:
        parts = tuple(route.path.split("/"))
        shape = tuple("{}" if _is_name(part) else part for part in parts)
        for method, other in [*self._plain] + [(m, f.route.path) for (m, _), fs in self._named.items() for _, f in fs]:
            same = tuple("{}" if _is_name(part) else part for part in other.split("/")) == shape
            if method == route.method and same:
                raise RouteTaken(f"{adapter.name}: {route.method} {route.path} is another source's")
        found = Found(adapter, route, {})
        if "{}" in shape:
            self._named.setdefault((route.method, len(parts)), []).append((parts, found))
        else:
            self._plain[route.method, route.path] = found


def _args(pattern: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    args: dict[str, str] = {}
    for wanted, given in zip(pattern, parts, strict=True):
        if _is_name(wanted) and given:
            args[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return args


def _is_name(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")
