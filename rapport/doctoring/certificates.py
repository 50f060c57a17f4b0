"""When do the certificates end that connections stand on?"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rapport.certificates import Pick, ends
from rapport.doctoring.finding import Finding, action, duration, ok, unchecked, warning

NAME: Final = "certificate"
SOON_S: Final = 7 * 86_400.0
NEAR_S: Final = 30 * 86_400.0


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


def of_file(file: Path, pick: Pick, now: float) -> CertificateSeen:
    """The facts of a PEM file; of several certificates `pick` says which end counts."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        return CertificateSeen(str(file), error=str(error))
    return of_pem(text, str(file), pick, now)


def of_server(host: str, port: int, now: float, within_s: float = 3.0) -> CertificateSeen:
    """The facts of what a TLS server shows, whether it can be trusted or not: an expired one shows it, too."""
    where = f"{host}:{port}"
    try:
        text = ssl.get_server_certificate((host, port), timeout=within_s)
    except (OSError, ValueError) as error:
        return CertificateSeen(where, error=f"no TLS there: {error}")
    return of_pem(text, where, min, now)


def of_pem(text: str, where: str, pick: Pick, now: float) -> CertificateSeen:
    """The facts of one text with one certificate or several."""
    try:
        return CertificateSeen(where, pick(ends(text)), now)
    except (ValueError, IndexError) as error:
        return CertificateSeen(where, error=f"no certificate in it can be read: {error}")
