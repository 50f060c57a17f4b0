"""Takes everything of an erased customer out of the tables, up to the record that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import polars as pl

from schemas.hints import ERASED
from sinks.clickhouse.literals import quoted
from sinks.clickhouse.rows import DEAD_LETTERS, LOG, POISON, REJECTED, TABLES, TOUCHPOINTS, Block

_BY_OFFSET: Final = (TOUCHPOINTS, "moments", "turnovers")
_BY_CAUSE: Final = ("standings", *(table for table in TABLES.values() if table not in (TOUCHPOINTS, "measures")))
_UP_TO: Final = {
    LOG: ("key", "offset"),
    **dict.fromkeys(_BY_OFFSET, ("customer_id", "offset")),
    **dict.fromkeys(_BY_CAUSE, ("customer_id", "cause_offset")),
}
"""Tables whose rows stand on, or were caused from, the customer's resolved partition: by key and offset."""
_WHOLLY: Final = {
    REJECTED: f"key IN ({{keys}}) OR id IN (SELECT id FROM {DEAD_LETTERS} WHERE customer_id IN ({{keys}}))",
    DEAD_LETTERS: "customer_id IN ({keys})",
    POISON: "key IN ({keys})",
}
"""Tables of what was refused, and which rows of theirs are about these keys: it stood anywhere. A letter's bytes go
before what could be read in them, by which they are found."""


class Erasure(NamedTuple):
    """A customer's key, and the offset on their resolved partition of the record that says so."""

    key: str
    offset: int


def erasures(blocks: Iterable[Block]) -> list[Erasure]:
    """Those that the blocks speak of, a customer once."""
    found: dict[str, int] = {}
    for block in blocks:
        if block.table == TOUCHPOINTS and (block.rows.get_column("type") == ERASED).any():
            rows = block.rows.filter(pl.col("type") == ERASED)
            for key, offset in rows.select("customer_id", "offset").iter_rows():
                found[key] = max(offset, found.get(key, -1))
    return [Erasure(*each) for each in found.items()]


def statements(erasure: Erasure) -> Iterator[tuple[str, str]]:
    """Table by table what deletes the rows; each is done when it returns, and may be repeated."""
    key = quoted(erasure.key)
    for table, (name, offset) in _UP_TO.items():
        yield table, _delete(table, f"{name} = {key} AND {offset} <= {erasure.offset}")
    for table, condition in _WHOLLY.items():
        yield table, _delete(table, condition.format(keys=key))


def _delete(table: str, condition: str) -> str:
    return f"ALTER TABLE {table} DELETE WHERE {condition} SETTINGS mutations_sync = 2"


def counting(keys: int) -> str:
    """SQL for how many rows of the customers {id0}, {id1} … each table has, by table."""
    ids = ", ".join(f"{{id{n}:String}}" for n in range(keys))
    of = {table: f"{name} IN ({ids})" for table, (name, _) in _UP_TO.items()}
    of |= {table: condition.format(keys=ids) for table, condition in _WHOLLY.items()}
    return " UNION ALL ".join(
        f"SELECT '{table}' AS place, count() AS rows FROM {table} WHERE {condition}" for table, condition in of.items()
    )
