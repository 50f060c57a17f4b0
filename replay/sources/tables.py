"""Parquet files and Avro object containers of touchpoints, row by row as the lines of JSON that they stand for.

Columns are the fields of the contract, or those of `schemas/avro/touchpoint.avsc`: identifiers on their own or
together, times as text, as timestamps or as milliseconds, `properties` as text of JSON, as a struct or as a map.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

import fastavro
import msgspec
import polars as pl

from replay.source import ReplayError
from schemas import times
from schemas.records import IDENTIFIERS
from schemas.wire import TOUCHPOINT_TIMES

PARQUET: Final = b"PAR1"
AVRO: Final = b"Obj\x01"
ROWS: Final = 10_000
"""Rows of a Parquet file held at a time."""
_JSON: Final = msgspec.json.Encoder()


def parquet(name: str, path: Path) -> Iterator[bytes]:
    """The rows; `ReplayError` if the file is not whole, for its end says what is in it."""
    try:
        table = pl.scan_parquet(path)
        total = int(table.select(pl.len()).collect().item())
        for start in range(0, total, ROWS):
            for row in table.slice(start, ROWS).collect().iter_rows(named=True):
                yield line_of(row)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReplayError(f"{name}: {error}; is it a whole Parquet file?") from error


def avro(name: str, file: BinaryIO) -> Iterator[bytes | None]:
    """The records; None at the end where the file stops in the midst of a block, as after a crash of its writer."""
    try:
        rows = fastavro.reader(file)
    except (ValueError, EOFError, KeyError, fastavro.schema.SchemaParseException) as error:
        raise ReplayError(f"{name}: no schema can be read ({error}); is it an Avro object container file?") from error
    try:
        for row in rows:
            if not isinstance(row, dict):
                raise ReplayError(f"{name}: its records have no fields; a touchpoint is a record")
            yield line_of(row)
    except EOFError:
        yield None
    except (ValueError, IndexError, TypeError) as error:
        raise ReplayError(f"{name}: a block is damaged ({error}); get the file again") from error


def line_of(row: Mapping[str, Any]) -> bytes:
    """The line of JSON; what is no touchpoint stays none, so that the contract says what is wrong with it."""
    found: dict[str, Any] = {}
    identifiers: dict[str, Any] = {}
    offsets = set(TOUCHPOINT_TIMES.values())
    for name, value in row.items():
        if value is None or name in offsets or (isinstance(value, float) and not math.isfinite(value)):
            continue
        if name in IDENTIFIERS:
            identifiers[name] = value
        elif name in TOUCHPOINT_TIMES:
            found[name] = _time(value, row.get(TOUCHPOINT_TIMES[name]))
        elif name in ("properties", "identifiers"):
            found[name] = _object(value)
        else:
            found[name] = _plain(value)
    if identifiers:
        given = found.get("identifiers")
        found["identifiers"] = {**(given if isinstance(given, dict) else {}), **identifiers}
    return _JSON.encode(found)


def _time(value: object, offset: object) -> object:
    if isinstance(value, datetime):
        value = round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)
    if isinstance(value, int):
        return times.write(value, offset if isinstance(offset, int) else 0)
    return value


def _object(value: object) -> object:
    """Text of JSON, a struct, or a map as a list of keys with their values."""
    if isinstance(value, str):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    if isinstance(value, list) and all(isinstance(each, dict) and each.keys() == {"key", "value"} for each in value):
        return {each["key"]: _plain(each["value"]) for each in value}
    return _plain(value)


def _plain(value: Any) -> object:
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items() if each is not None}
        case list():
            return [_plain(each) for each in value]
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case bytes():
            return value.hex()
        case _:
            return value
