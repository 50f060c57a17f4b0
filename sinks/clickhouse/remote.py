"""The read-only SQL of a running `store` process, over HTTP on this machine."""

from __future__ import annotations

import http.client
from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from sinks.clickhouse.client import Answer, Parameter, StoreAway, StoreError, code_in
from sinks.clickhouse.frames import answer, frame
from sinks.clickhouse.literals import bind

HOST: Final = "127.0.0.1"
ANSWER_S: Final = 30
"""More than a query may take there, so that its own message arrives."""

_OK: Final = 200
_BUSY: Final = 503
_STRANGER: Final = 401


class RemoteStore:
    """One connection a query. What the guard of the store refuses raises StoreError with its reason."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain; charset=utf-8"}

    @property
    def where(self) -> str:
        return f"the store process at {HOST}:{self._port}"

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        return answer(self._ask(bind(sql, params)), binary)

    def frame(self, sql: str, params: Mapping[str, Parameter] | None = None) -> pl.DataFrame:
        return frame(self._ask(bind(sql, params)))

    def close(self) -> None:
        """Nothing is held open."""

    def _ask(self, sql: str) -> bytes:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=ANSWER_S)
        try:
            connection.request("POST", "/sql?format=ArrowBytes", sql.encode(), self._headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise StoreAway(f"{self.where} does not answer: {error}; start it with `rapport up`") from error
        finally:
            connection.close()
        if response.status == _OK:
            return body
        if response.status == _STRANGER:
            raise StoreError(
                f"{self.where} is that of another data folder, or has another token; set RAPPORT_DATA to its folder"
            )
        message = body.decode("utf-8", "replace").strip()
        failure = StoreAway if response.status == _BUSY else StoreError
        raise failure(f"{self.where}: {message}", code_in(message))
