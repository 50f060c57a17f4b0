"""A table of orders and its mapping, as three kinds of files have it, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from producers.importers.mapping import parse
from producers.importers.run import Mode, import_files
from producers.importers.table import Table, lines_of
from schemas import times
from schemas.records import Touchpoint
from schemas.wire import properties
from tests.producers.world import IDENTITY, memory, touchpoints

MAPPING = """
name: orders
zone: Europe/Paris
empty: ["NULL", "-"]
touchpoint:
  type: {column: kind, values: {sale: purchase.made, back: order.returned}}
  occurred_at: {column: day, format: "%d/%m/%Y %H:%M"}
  channel: store
  amount: {column: paid}
  currency: EUR
  item_id: {column: item}
  identifiers:
    customer_id: {column: client}
    email: {column: mail}
  properties:
    gift_wrap: {column: wrapped, as: boolean}
    till: {column: till, as: number}
"""
HEADER = b"kind,day,paid,item,client,mail,wrapped,till"
ROWS = [
    b"sale,31/05/2026 09:30,12.5,tea,17,ann@example.org,yes,3",
    b'back,01/12/2025 10:00,-4,"cup, small",18,NULL,no,3',
    b"sale,31/05/2026 09:31,1,tea,-,,,",
]


def table(text: str = MAPPING) -> Table:
    return Table(parse(text, "orders.yaml"))


def imported(file: Path, chosen: Table | None = None, mode: Mode | None = None) -> list[Touchpoint]:
    log = memory()
    counts = import_files(chosen or table(), [lines_of(str(file))], mode or Mode(), log, IDENTITY, file.parent / "ck")
    assert counts.refused == 0, counts.rejected
    return sorted(touchpoints(log), key=lambda each: each.event_id)


def told(found: list[Touchpoint]) -> list[dict[str, Any]]:
    """What matters of them, without id and time of receipt."""
    return [
        {
            "type": each.type, "at": times.write(each.occurred_at, each.occurred_offset), "amount": each.amount,
            "item": each.item_id, "who": each.customer_id, "email": each.email, "properties": properties(each),
        }
        for each in found
    ]  # fmt: skip


EXPECTED = [
    {"type": "purchase.made", "at": "2026-05-31T09:30:00.000+02:00", "amount": 12.5, "item": "tea", "who": "17",
     "email": "ann@example.org", "properties": {"gift_wrap": True, "till": 3.0}},
    {"type": "order.returned", "at": "2025-12-01T10:00:00.000+01:00", "amount": -4.0, "item": "cup, small",
     "who": "18", "email": None, "properties": {"gift_wrap": False, "till": 3.0}},
    {"type": "purchase.made", "at": "2026-05-31T09:31:00.000+02:00", "amount": 1.0, "item": "tea", "who": None,
     "email": None, "properties": {}},
]  # fmt: skip


def objects() -> list[dict[str, Any]]:
    names = HEADER.decode().split(",")
    rows = [["sale", "31/05/2026 09:30", 12.5, "tea", 17, "ann@example.org", True, 3.0],
            ["back", "01/12/2025 10:00", -4.0, "cup, small", 18, None, False, 3.0],
            ["sale", "31/05/2026 09:31", 1.0, "tea", None, None, None, None]]  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]
