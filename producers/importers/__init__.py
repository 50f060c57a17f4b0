"""Importers of foreign data sets: the registry."""

from __future__ import annotations

from difflib import get_close_matches

from producers.importers.importer import Importer
from producers.importers.online_retail import OnlineRetail

IMPORTERS: tuple[Importer, ...] = (OnlineRetail(),)


class UnknownImporter(Exception):
    """No importer has that name."""


def importer(name: str) -> Importer:
    """The importer of that name; `UnknownImporter` names the nearest one."""
    known = {each.name: each for each in IMPORTERS}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
        raise UnknownImporter(f"{name}: no such importer. {remedy}")
    return known[name]
