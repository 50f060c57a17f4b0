"""Short questions to the processes by HTTP, with a bound of time for each."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

ANSWER_S: Final = 2.0
"""A process that works answers `/metrics` in hundredths of that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came; `error` says why nothing did, `silent` that the connection was taken and nothing came."""

    status: int = 0
    body: str = ""
    date_ms: int | None = None
    error: str = ""
    silent: bool = False


def get(address: str, path: str) -> Answer:
    """One GET of `host:port`; every failure is a value."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=ANSWER_S)
    try:
        connection.connect()
    except OSError as error:
        return Answer(error=str(error))
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
    except TimeoutError:
        return Answer(error=f"no answer in {ANSWER_S:.0f} s", silent=True)
    except (OSError, http.client.HTTPException) as error:
        return Answer(error=repr(error))
    finally:
        connection.close()
    return Answer(response.status, body, _date(response.getheader("Date")))


def _date(header: str | None) -> int | None:
    try:
        return None if header is None else int(parsedate_to_datetime(header).timestamp() * 1000)
    except ValueError:
        return None
