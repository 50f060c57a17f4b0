"""Values as SQL text. Done here and not by the server, so that every server, old or embedded, takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sinks.clickhouse.client import Parameter

_PLACE: Final = re.compile(r"\{(\w+):[\w(), ]+\}")


def bind(sql: str, params: Mapping[str, Parameter] | None) -> str:
    """`{name:Type}` replaced by the value of that name; `KeyError` names one that is missing."""
    if params is None:
        return sql
    return _PLACE.sub(lambda place: literal(params[place.group(1)]), sql)


def literal(value: Parameter) -> str:
    """The value as SQL: text quoted, bytes as unhex('…'), sequences as arrays."""
    if isinstance(value, bytes):
        return f"unhex('{value.hex()}')"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int | float):
        return repr(value)
    return f"[{','.join(literal(item) for item in value)}]"


def quoted(text: str) -> str:
    """A string literal that ends only where it should, whatever the text holds."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    return f"'{escaped}'"


def name(identifier: str) -> str:
    """A name of ours, quoted: `ValueError` unless it is letters, digits and underscores."""
    if not re.fullmatch(r"\w+", identifier, re.ASCII):
        raise ValueError(f"{identifier!r} is no name of a table, column or database: letters, digits and _ only")
    return f"`{identifier}`"
