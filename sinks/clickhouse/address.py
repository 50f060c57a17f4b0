"""The address of a ClickHouse server: one URL, its parameters those of clickhouse-driver."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_FORM: Final = "RAPPORT_CLICKHOUSE is clickhouse://user@host:port/database, or clickhouses://… with TLS"
_PORTS: Final = {"clickhouse": 9000, "clickhouses": 9440}
_FILES: Final = ("ca_certs", "certfile", "keyfile")
_SWITCHES: Final = ("verify", "check_hostname")
_ON_OFF: Final = {"true": True, "1": True, "false": False, "0": False}
_PASSWORD: Final = re.compile(r"(?<=://)([^/]*):[^/]*@")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is and who we are to it. `tls`: arguments of clickhouse-driver, none without TLS."""

    host: str
    port: int
    secure: bool
    user: str
    password: str = field(repr=False)
    database: str
    tls: Mapping[str, Any]


def read(url: str, password: str = "") -> Address:
    """The address that `url` writes; `password` stands above the one in it.

    ValueError with what is wrong; it never shows the URL, which may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"{_FORM}; in a password, / : @ # and ? are written %2F %3A %40 %23 and %3F") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(_FORM)
    secure = parts.scheme == "clickhouses"
    return Address(
        parts.hostname, port or _PORTS[parts.scheme], secure, unquote(parts.username or "default"),
        password or unquote(parts.password or ""), parts.path.strip("/") or "default", _tls(parts, secure),
    )  # fmt: skip


def fault(url: str) -> str | None:
    """What is wrong with the URL, if it is one at all; files that it names included."""
    if not url:
        return None
    try:
        tls = read(url).tls
    except ValueError as error:
        return str(error)
    for name in _FILES:
        if name in tls and not Path(tls[name]).is_file():
            return f"RAPPORT_CLICKHOUSE: {name} names {tls[name]}, which is no file"
    return None


def shown(url: str) -> str:
    """The URL for people: without the password."""
    return _PASSWORD.sub(r"\1:…@", url)


def _tls(parts: SplitResult, secure: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in _FILES:
            found[name] = value
        elif name in _SWITCHES and value.lower() in _ON_OFF:
            found[name] = _ON_OFF[value.lower()]
        elif name in _SWITCHES:
            raise ValueError(f"RAPPORT_CLICKHOUSE: {name} is true or false")
        else:
            near = get_close_matches(name, (*_FILES, *_SWITCHES), n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            known = ", ".join((*_FILES, *_SWITCHES))
            raise ValueError(f"RAPPORT_CLICKHOUSE: {name} is no parameter{hint}; there are {known}")
    if found and not secure:
        raise ValueError(f"RAPPORT_CLICKHOUSE: {', '.join(found)} goes with TLS only: write clickhouses://")
    if "keyfile" in found and "certfile" not in found:
        raise ValueError("RAPPORT_CLICKHOUSE: keyfile is the key of a certificate: name it with certfile")
    return found
