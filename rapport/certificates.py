"""When the certificates expire that the settings name."""

from __future__ import annotations

import ssl
from calendar import timegm
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from rapport.settings import Settings
from sinks.clickhouse.address import read

Pick: TypeAlias = Callable[[Iterable[int]], int]

_ENDINGS: Final[Mapping[str, Pick]] = {"_ca": max, "_cert": min}
"""Settings with these endings name PEM files with certificates. Of several, trust ends with the last one that
we trust; what we show of ourselves is a chain, which ends with its first."""
_PARAMETERS: Final[Mapping[str, Pick]] = {"ca_certs": max, "certfile": min}
"""The same of `RAPPORT_CLICKHOUSE`, within the address."""
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_EXPLICIT: Final = 0xA0
_UTC_TIME: Final = 0x17


def named(settings: Settings) -> dict[str, tuple[Path, Pick]]:
    """The certificate files that the settings name, by setting, and which date of theirs counts."""
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    files = {
        name: (file, pick)
        for ending, pick in _ENDINGS.items()
        for name, file in fields.items()
        if name.endswith(ending) and isinstance(file, Path)
    }
    inside = _within(settings.clickhouse)
    return files | {f"clickhouse {name}": (inside[name], pick) for name, pick in _PARAMETERS.items() if name in inside}


def _within(url: str) -> dict[str, Path]:
    """The files that the address of ClickHouse names; none where it is none."""
    try:
        tls = read(url).tls if url else {}
    except ValueError:  # told where the settings are read
        return {}
    return {name: Path(value) for name, value in tls.items() if name in _PARAMETERS}


def expiry(file: Path, pick: Pick) -> float:
    """Unix time at which the certificates of a PEM file are of no more use.

    Read anew each time, for a file that was renewed; 0, long ago, where none can be read.
    """
    try:
        return pick(ends(file.read_text(encoding="ascii", errors="replace")))
    except (OSError, ValueError, IndexError):
        return 0.0


def ends(text: str) -> list[int]:
    """Unix times at which the certificates of a PEM text end. ValueError or IndexError for one that cannot be read."""
    pieces = [piece.split(_END)[0] for piece in text.split(_BEGIN)[1:]]
    return [not_after(ssl.PEM_cert_to_DER_cert(f"{_BEGIN}{piece}{_END}\n")) for piece in pieces]


def not_after(der: bytes) -> int:
    """Unix time of the end of a certificate's validity (RFC 5280, 4.1)."""
    certificate, _ = _inside(der, 0)
    place, _ = _inside(der, certificate)
    if der[place] == _EXPLICIT:  # the version
        place = _behind(der, place)
    for _ in ("serial number", "algorithm", "issuer"):
        place = _behind(der, place)
    validity, _ = _inside(der, place)
    end = _behind(der, validity)
    start, stop = _inside(der, end)
    form = "%y%m%d%H%M%SZ" if der[end] == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return timegm(datetime.strptime(der[start:stop].decode("ascii"), form).timetuple())


def _inside(der: bytes, place: int) -> tuple[int, int]:
    """Where the content of the element at `place` begins and ends."""
    length, start = der[place + 1], place + 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(der[start : start + size], "big"), start + size
    return start, start + length


def _behind(der: bytes, place: int) -> int:
    return _inside(der, place)[1]
