"""Importers of foreign data sets, the registry, and of any table by a mapping file."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from producers.importers.airline_tweets import AIRLINE_TWEETS
from producers.importers.cdnow import CDNOW
from producers.importers.ecom_clickstream import ECOM_CLICKSTREAM
from producers.importers.mapping import load
from producers.importers.online_retail import ONLINE_RETAIL
from producers.importers.reviews_zh import REVIEWS_ZH
from producers.importers.rows import Rows
from producers.importers.table import Table

IMPORTERS: tuple[Rows, ...] = (ONLINE_RETAIL, CDNOW, ECOM_CLICKSTREAM, AIRLINE_TWEETS, REVIEWS_ZH)


class UnknownImporter(Exception):
    """No importer has that name."""


def importer(name: str) -> Rows:
    """The importer of that name; `UnknownImporter` names the nearest one."""
    known = {each.name: each for each in IMPORTERS}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
        raise UnknownImporter(f"{name}: no such importer. {remedy}")
    return known[name]


def by_mapping(mapping: Path) -> Table:
    """The importer of tables that a mapping file describes; `BadMapping` names what is wrong with that file."""
    return Table(load(mapping))
