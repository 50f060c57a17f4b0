"""Requests of people: `CASE.http` files, as a browser sends them, and what a page answers."""

from __future__ import annotations

from pathlib import Path

from producers.collector.adapter import Adapter, Request
from producers.collector.routing import Router
from tests.producers.collector.signing import NOW_MS

HOST = "https://in.shop.example"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
FORM = "application/x-www-form-urlencoded"


def visit(
    adapter: Adapter, target: str, headers: dict[str, str] | None = None, *, method: str = "GET", body: bytes = b"",
    at: int = NOW_MS,
) -> Request:  # fmt: skip
    """A request as the collector would hand it to this adapter."""
    path, _, query = target.partition("?")
    found = Router([adapter]).find(method, path)
    assert found is not None, path
    pairs = (each.partition("=") for each in query.split("&") if each)
    return Request(
        route=found.route, url=f"{HOST}{target}", received_at=at, args=found.args,
        query={name: value for name, _, value in pairs}, headers={"user-agent": BROWSER} | (headers or {}),
        body=body, remote="192.0.2.7",
    )  # fmt: skip


def visit_of(adapter: Adapter, file: Path) -> Request:
    first, *lines = file.read_text(encoding="utf-8").splitlines()
    method, target, _ = first.split(" ")
    pairs = (line.partition(": ") for line in lines if line)
    return visit(adapter, target, {name.lower(): value for name, _, value in pairs}, method=method)
