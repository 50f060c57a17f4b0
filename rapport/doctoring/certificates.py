"""When do the certificates end that connections stand on?"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, ok, unchecked, warning

NAME: Final = "certificate"
SOON_S: Final = 7 * 86_400.0
NEAR_S: Final = 30 * 86_400.0

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_SEQUENCE, _CONTEXT, _UTC_TIME = 0x30, 0xA0, 0x17


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """The end of the certificate that ends first in a file, or at a server; Unix time."""

    where: str
    ends_at: float = 0.0
    now: float = 0.0
    error: str = ""


def judge(seen: CertificateSeen) -> list[Finding]:
    if seen.error:
        return [unchecked(NAME, seen.where, seen.error, "name a PEM file that this user may read")]
    left = seen.ends_at - seen.now
    day = datetime.fromtimestamp(seen.ends_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    renew = (
        "put a new one in its place and restart what uses it, one by one. docs/operations.md#rapportcertificateexpires"
    )
    if left <= 0:
        return [action(NAME, seen.where, f"has expired {duration(-left)} ago ({day})", renew)]
    if left < SOON_S:
        return [action(NAME, seen.where, f"expires in {duration(left)} ({day})", renew)]
    if left < NEAR_S:
        return [warning(NAME, seen.where, f"expires in {duration(left)} ({day})", renew)]
    return [ok(NAME, seen.where, f"good for {duration(left)} ({day})")]


def of_file(file: Path, now: float) -> CertificateSeen | None:
    """The facts of a PEM file; None where it holds no certificate (a key, say)."""
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        return CertificateSeen(str(file), error=str(error))
    return of_pem(text, str(file), now) if _BEGIN in text else None


def of_server(host: str, port: int, now: float, within_s: float = 3.0) -> CertificateSeen:
    """The facts of what a TLS server shows, whether it can be trusted or not: an expired one shows it, too."""
    where = f"{host}:{port}"
    try:
        text = ssl.get_server_certificate((host, port), timeout=within_s)
    except (OSError, ValueError) as error:
        return CertificateSeen(where, error=f"no TLS there: {error}")
    return of_pem(text, where, now)


def of_pem(text: str, where: str, now: float) -> CertificateSeen:
    """The facts of one text with one certificate or several."""
    parts = [part.partition(_END)[0] for part in text.split(_BEGIN)[1:]]
    try:
        return CertificateSeen(where, min(_end_of(f"{_BEGIN}{part}{_END}") for part in parts), now)
    except (ValueError, IndexError) as error:
        return CertificateSeen(where, error=f"a certificate in it cannot be read: {error}")


def _end_of(pem: str) -> float:
    """`notAfter` (RFC 5280, 4.1): the standard library reads it only of a server that it trusts."""
    body = _inside(_inside(ssl.PEM_cert_to_DER_cert(pem)))
    if body[0] == _CONTEXT:  # the version, which may be absent
        body = _behind(body)
    for _ in ("serial number", "signature", "issuer"):
        body = _behind(body)
    after = _behind(_inside(body))
    text = _content(after).decode("ascii")
    if after[0] == _UTC_TIME:  # two figures for the year: 50 and more are of the last century
        text = f"{'19' if int(text[:2]) >= 50 else '20'}{text}"
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()


def _inside(der: bytes) -> bytes:
    """What a sequence holds."""
    if der[0] != _SEQUENCE:
        raise ValueError("no sequence where X.509 has one")
    return _content(der)


def _content(der: bytes) -> bytes:
    start, end = _span(der)
    return der[start:end]


def _behind(der: bytes) -> bytes:
    return der[_span(der)[1] :]


def _span(der: bytes) -> tuple[int, int]:
    """Where the content of the first element begins and ends."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return start, start + length
