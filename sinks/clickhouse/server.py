"""A ClickHouse server over its native protocol."""

from __future__ import annotations

import io
import logging
import struct
import threading
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
import polars as pl
from clickhouse_driver import Client
from clickhouse_driver.errors import Error, ServerException

from sinks.clickhouse.client import (
    READING,
    WRITING,
    Answer,
    Limits,
    Parameter,
    StoreAway,
    StoreError,
    insert_failed,
    query_failed,
)
from sinks.clickhouse.frames import native, text
from sinks.clickhouse.literals import bind, name

CONNECT_S: Final = 5
ANSWER_S: Final = 60
"""An insert that takes longer counts as lost; it is sent again and collapses."""

_PORTS: Final = {"clickhouse": 9000, "clickhouses": 9440}
_TYPE_MISMATCH: Final = 53
_ROW_FAULTS: Final = (TypeError, ValueError, OverflowError, AttributeError, struct.error)
"""What the client raises while it writes a value that does not fit its column."""


class ServerStore:
    """One connection a thread, opened when first needed, given up after any error."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(f"RAPPORT_CLICKHOUSE is clickhouse://user:password@host:port/database, not {url!r}")
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._secure = parts.scheme == "clickhouses"
        self._user = unquote(parts.username or "default")
        self._password = unquote(parts.password or "")
        self._database = parts.path.strip("/") or "default"
        self._own = threading.local()
        # It writes a traceback at every attempt; the errors raised here say the same in a line.
        logging.getLogger("clickhouse_driver.connection").setLevel(logging.ERROR)

    @property
    def where(self) -> str:
        return f"ClickHouse at {self._host}:{self._port}"

    def execute(self, sql: str) -> None:
        self._asked(sql, {})

    def query(
        self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()
    ) -> Answer:
        columns, types = self._asked(bind(sql, params), READING)
        return _answer(columns, types, binary)

    def rendered(self, sql: str, form: str, limits: Limits) -> bytes:
        columns, types = self._asked(sql, {**READING, **limits.settings()})
        binary = [column for column, _ in types] if form == "ArrowBytes" else []
        return _render(_answer(columns, types, binary), form)

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        into = f"INSERT INTO {name(table)} ({', '.join(map(name, rows.columns))}) VALUES"
        client = self._client()
        try:
            client.execute(into, native(rows), columnar=True, settings=self._known(WRITING))
        except ServerException as error:
            self._drop()
            raise insert_failed(self.where, table, error.code, error.message) from error
        except (Error, OSError, EOFError) as error:
            self._drop()
            code = error.code if isinstance(error, Error) and error.code == _TYPE_MISMATCH else 0
            raise insert_failed(self.where, table, code, str(error)) from error
        except _ROW_FAULTS as error:
            self._drop()
            raise insert_failed(self.where, table, _TYPE_MISMATCH, str(error)) from error

    def close(self) -> None:
        """Ends this thread's connection; those of other threads end with their threads."""
        self._drop()

    def _asked(self, sql: str, settings: Mapping[str, str]) -> tuple[list[Any], list[tuple[str, str]]]:
        client = self._client()
        try:
            found = client.execute(sql, columnar=True, with_column_types=True, settings=self._known(settings))
        except ServerException as error:
            self._drop()
            raise query_failed(self.where, error.code, error.message) from error
        except (Error, OSError, EOFError) as error:
            self._drop()
            raise self._away(error) from error
        columns, types = found if isinstance(found, tuple) else ([], [])
        return columns, types

    def _client(self) -> Client:
        client: Client | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._connected()
        return client

    def _connected(self) -> Client:
        client = Client(
            self._host,
            self._port,
            self._database,
            self._user,
            self._password,
            client_name="rapport",
            secure=self._secure,
            compression="lz4",
            connect_timeout=CONNECT_S,
            send_receive_timeout=ANSWER_S,
            settings={"strings_as_bytes": True, "insert_block_size": 1 << 20},
        )
        try:
            rows = client.execute("SELECT name FROM system.settings")
        except (Error, OSError, EOFError) as error:
            client.disconnect()
            raise self._away(error) from error
        self._own.settings = frozenset(row[0].decode() for row in rows)
        return client

    def _known(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Those that this server has: an old one ends the connection at a setting it does not know."""
        return {key: value for key, value in settings.items() if key in self._own.settings}

    def _drop(self) -> None:
        client: Client | None = getattr(self._own, "client", None)
        if client is not None:
            self._own.client = None
            client.disconnect()

    def _away(self, error: Exception) -> StoreError:
        return StoreAway(
            f"{self.where} does not answer: {error}; start it, or correct host, user and password in RAPPORT_CLICKHOUSE"
        )


def _answer(columns: list[Any], types: list[tuple[str, str]], binary: Collection[str]) -> Answer:
    names = tuple(column for column, _ in types)
    empty: list[Any] = [[] for _ in names]
    kept = [
        list(values) if column in binary or "String" not in kind else [text(value) for value in values]
        for (column, kind), values in zip(types, columns or empty, strict=True)
    ]
    return Answer(names, tuple(kept))


def _render(found: Answer, form: str) -> bytes:
    if form == "JSONEachRow":
        return b"".join(msgspec.json.encode(row) + b"\n" for row in found.dicts())
    frame = pl.DataFrame(dict(zip(found.names, found.columns, strict=True)), strict=False)
    if form == "TSV":
        return frame.write_csv(separator="\t").encode()
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    return stream.getvalue()
