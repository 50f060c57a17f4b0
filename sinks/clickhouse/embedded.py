"""ClickHouse in this process, on a folder (chDB). Only the `store` process may own one.

A session serves one query at a time: a second thread waits. So every thread that
writes has a session of its own, and every reading query a fresh one (2 ms). Fresh
also because a session whose query failed hands out the half-made rows of that
query as the answer to its next one, which may be somebody else's.

Rows go in through FROM INFILE. chDB's own streaming insert reports success even
when ClickHouse refuses the rows or cannot write them, and stores nothing.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import polars as pl
from chdb import ChdbError
from chdb import session as chdb_session

from sinks.clickhouse.client import (
    READING,
    WRITING,
    Answer,
    Limits,
    Parameter,
    StoreError,
    code_in,
    insert_failed,
    query_failed,
)
from sinks.clickhouse.frames import answer, frame
from sinks.clickhouse.literals import bind, name, quoted

DATABASE: Final = "rapport"
_ARROW: Final = "ArrowStream"
_BYTES: Final = {"output_format_arrow_string_as_string": "0"}
_PLAIN: Final = {"output_format_arrow_low_cardinality_as_dictionary": "0", "date_time_output_format": "iso"}
"""No dictionaries in Arrow, and times in text as RFC 3339."""
_FORMS: Final = {"JSONEachRow": "JSONEachRow", "TSV": "TSVWithNames", "Arrow": _ARROW, "ArrowBytes": _ARROW}


class Session(Protocol):
    """What is used of chDB's session."""

    def query(self, sql: str, fmt: str = ...) -> Any: ...
    def close(self) -> None: ...


_opened: Final[Callable[[str], Session]] = chdb_session.Session


class FolderTaken(StoreError):
    """Another process owns the folder; there is one owner at a time."""


class EmbeddedStore:
    """The folder's owner until `close` or the end of the process, however it ends."""

    def __init__(self, folder: Path, database: str = DATABASE) -> None:
        self._folder = folder.resolve()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _owned(self._folder)
        self._own = threading.local()
        self._mine: list[Session] = []
        self._database = name(database)
        try:
            # Opened first and closed last: the engine lives as long as any session does.
            self._first = _opened(str(self._folder))
            self._first.query(f"CREATE DATABASE IF NOT EXISTS {self._database}")
        except (ChdbError, RuntimeError) as error:
            os.close(self._lock)
            raise query_failed(self.where, code_in(str(error)), str(error)) from error

    @property
    def where(self) -> str:
        return f"the embedded ClickHouse on {self._folder}"

    def execute(self, sql: str) -> None:
        try:
            self._session().query(sql)
        except (ChdbError, RuntimeError) as error:
            self._renew()
            raise query_failed(self.where, code_in(str(error)), str(error)) from error

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        found = self._read(bind(sql, params), _ARROW, {**READING, **_BYTES, **_PLAIN})
        return answer(found, binary)

    def frame(self, sql: str, params: Mapping[str, Parameter] | None = None) -> pl.DataFrame:
        return frame(self._read(bind(sql, params), _ARROW, {**READING, **_BYTES, **_PLAIN}))

    def rendered(self, sql: str, form: str, limits: Limits) -> bytes:
        bytes_kept = _BYTES if form == "ArrowBytes" else {}
        return self._read(sql, _FORMS[form], {**READING, **_PLAIN, **bytes_kept, **limits.settings()})

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        into = f"INSERT INTO {name(table)} ({', '.join(map(name, rows.columns))})"
        try:
            with _as_file(rows) as path:
                self._session().query(f"{into} FROM INFILE {quoted(path)} COMPRESSION 'none' FORMAT {_ARROW}")
        except (ChdbError, RuntimeError) as error:
            self._renew()
            raise insert_failed(self.where, table, code_in(str(error)), str(error)) from error

    def close(self) -> None:
        for session in (*self._mine, self._first):
            session.close()
        self._mine.clear()
        os.close(self._lock)

    def _read(self, sql: str, form: str, settings: Mapping[str, str]) -> bytes:
        try:
            with closing(self._open(settings)) as session:
                found: bytes = session.query(sql, form).bytes()
                return found
        except (ChdbError, RuntimeError) as error:
            raise query_failed(self.where, code_in(str(error)), str(error)) from error

    def _open(self, settings: Mapping[str, str]) -> Session:
        session = _opened(str(self._folder))
        session.query(f"USE {self._database}")
        session.query(f"SET {', '.join(f'{name(key)}={_setting(value)}' for key, value in settings.items())}")
        return session

    def _session(self) -> Session:
        session: Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = self._open(WRITING)
            self._mine.append(session)
        return session

    def _renew(self) -> None:
        session: Session | None = getattr(self._own, "session", None)
        if session is not None:
            self._mine.remove(session)
            self._own.session = None
            session.close()


@contextmanager
def _as_file(rows: pl.DataFrame) -> Iterator[str]:
    """The rows as an Arrow stream under a path that this process can open; in memory where the system can."""
    with _scratch() as file:
        rows.write_ipc_stream(file)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}" if isinstance(file.name, int) else file.name


def _scratch() -> Any:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("rows"), "wb")
    return tempfile.NamedTemporaryFile(prefix="rapport-rows-")


def _setting(value: str) -> str:
    return value if value.isdigit() else quoted(value)


def _owned(folder: Path) -> int:
    """A lock that the kernel releases when this process ends, even if it is killed."""
    path = folder.with_name(f"{folder.name}.lock")
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(lock, 32).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise FolderTaken(
            f"{folder} belongs to process {owner}, and only one can own it; "
            "read through its SQL port, or stop it (`rapport store`) first"
        ) from error
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock
