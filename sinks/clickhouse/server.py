"""A ClickHouse server over its native protocol."""

from __future__ import annotations

import io
import logging
import struct
import threading
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
import polars as pl
from clickhouse_driver import Client
from clickhouse_driver.errors import Error, ServerException

from sinks.clickhouse import address
from sinks.clickhouse.client import (
    READING,
    WRITING,
    Answer,
    Limits,
    Parameter,
    StoreAway,
    StoreError,
    StoreRefused,
    insert_failed,
    query_failed,
)
from sinks.clickhouse.frames import framed, native, text
from sinks.clickhouse.literals import bind, name

CONNECT_S: Final = 5
ANSWER_S: Final = 60
"""An insert that takes longer counts as lost; it is sent again and collapses."""

_TYPE_MISMATCH: Final = 53
_LOGIN: Final = frozenset({192, 193, 194, 195, 516})
"""ClickHouse's codes for a user, a password, an address that it does not accept."""
_CERTIFICATE: Final = "CERTIFICATE_VERIFY_FAILED"
_ROW_FAULTS: Final = (TypeError, ValueError, OverflowError, AttributeError, struct.error)
"""What the client raises while it writes a value that does not fit its column."""


class ServerStore:
    """One connection a thread, opened when first needed, given up after any error."""

    def __init__(self, url: str, password: str = "") -> None:
        self._address = address.read(url, password)
        self._own = threading.local()
        # It writes a traceback at every attempt; the errors raised here say the same in a line.
        logging.getLogger("clickhouse_driver.connection").setLevel(logging.ERROR)

    @property
    def where(self) -> str:
        return f"ClickHouse at {self._address.host}:{self._address.port}"

    def execute(self, sql: str) -> None:
        self._asked(sql, {})

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        columns, types = self._asked(bind(sql, params), READING)
        return _answer(columns, types, binary)

    def frame(self, sql: str, params: Mapping[str, Parameter] | None = None) -> pl.DataFrame:
        columns, types = self._asked(bind(sql, params), READING)
        return framed(_answer(columns, types, ()), [kind for _, kind in types])

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
        to = self._address
        client = Client(
            to.host,
            to.port,
            to.database,
            to.user,
            to.password,
            client_name="rapport",
            secure=to.secure,
            **to.tls,
            compression="lz4",
            connect_timeout=CONNECT_S,
            send_receive_timeout=ANSWER_S,
            settings={"strings_as_bytes": True, "insert_block_size": 1 << 20},
        )
        try:
            rows = client.execute("SELECT name FROM system.settings")
        except (Error, OSError, EOFError) as error:
            client.disconnect()
            raise self._refused(error) or self._away(error) from error
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

    def _refused(self, error: Exception) -> StoreError | None:
        """What waiting would not mend."""
        if isinstance(error, ServerException) and error.code in _LOGIN:
            return StoreRefused(
                f"{self.where} does not let user {self._address.user} in (code {error.code}); correct user and"
                " password in RAPPORT_CLICKHOUSE, or RAPPORT_CLICKHOUSE_PASSWORD",
                error.code,
            )
        if _CERTIFICATE in str(error):
            why = str(error).partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
            return StoreRefused(
                f"{self.where} has a certificate that cannot be trusted ({why}); give the server a new one, or name its"
                " CA: clickhouses://…?ca_certs=FILE in RAPPORT_CLICKHOUSE"
            )
        return None

    def _away(self, error: Exception) -> StoreError:
        return StoreAway(
            f"{self.where} does not answer: {error}; start it, or correct RAPPORT_CLICKHOUSE: host, port (of TLS with"
            " clickhouses://, of none with clickhouse://), user and password"
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
