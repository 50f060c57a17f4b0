"""One source of the sources file, for a command that needs what stands there."""

from __future__ import annotations

import os
from typing import TypeVar

from producers.collector.config import SourcesError, load
from producers.collector.sources import SOURCES
from rapport.failure import Failure, told
from rapport.settings import Settings

Kind = TypeVar("Kind")


def source_of(settings: Settings, kind: type[Kind], name: str) -> Kind:
    """The adapter of a section; secrets of other sections need not be there. `Failure` if there is none."""
    if settings.sources is None:
        raise Failure(f"no sources file: RAPPORT_SOURCES names it; {name} must stand in it (docs/sources.md)")
    with told(SourcesError):
        found = load(settings.sources, SOURCES, {**os.environ, "RAPPORT_WRITE_KEY": settings.write_key}, name)
    for adapter in found:
        if isinstance(adapter, kind):
            return adapter
    raise Failure(f"{settings.sources}: has no section {name}; add one (docs/sources.md)")


def address_of(settings: Settings) -> str:
    """Where customers reach the collector; `Failure` if nobody has said."""
    if not settings.collector_url:
        raise Failure("where do customers reach the collector? Set RAPPORT_COLLECTOR_URL, as https://in.shop.example")
    return settings.collector_url.rstrip("/")
