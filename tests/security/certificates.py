"""Certificates for tests, made by openssl: an authority, and what it signs, as PEM files that everybody here reads."""

from __future__ import annotations

import datetime
import subprocess
from dataclasses import dataclass
from pathlib import Path

DAY = datetime.timedelta(days=1)

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_CONFIG = """\
[ca]
default_ca=x
[x]
database=index.txt
new_certs_dir=.
rand_serial=yes
default_md=sha256
policy=p
unique_subject=no
[p]
commonName=supplied
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`both` has key and certificate in one file, as Kafka wants them."""

    file: Path
    key: Path
    both: Path
    issuer: Path
    """The certificate of who signed it."""


class Authority:
    """Signs certificates that it keeps in a folder. `file` is what a client trusts."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self.file = folder / f"{name}.pem"
        (folder / f"{name}.cnf").write_text(_CONFIG)
        (folder / "index.txt").touch()
        self._openssl(
            "req", "-x509", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", self.file.name
        )

    def sign(self, name: str, *, host: str | None = None, left: datetime.timedelta = DAY) -> Certificate:
        """For the loopback address unless another `host` is named; it ends `left` from now, which may be past."""
        made = Certificate(
            self._folder / f"{name}.crt", self._folder / f"{name}.key", self._folder / f"{name}.both", self.file
        )
        self._openssl("req", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", made.key.name, "-out", f"{name}.csr")
        names = f"DNS:{host}" if host else "DNS:localhost,IP:127.0.0.1"
        (self._folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        now = datetime.datetime.now(datetime.UTC)
        # `ca` sets the end at will also where `req -not_after` is not known.
        self._openssl(
            "ca", "-batch", "-notext", "-config", f"{self._name}.cnf", "-cert", self.file.name, "-keyfile",
            f"{self._name}.key", "-in", f"{name}.csr", "-out", made.file.name, "-extfile", f"{name}.ext",
            "-startdate", _written(now - 30 * DAY), "-enddate", _written(now + left),
        )  # fmt: skip
        made.both.write_bytes(made.key.read_bytes() + made.file.read_bytes())
        return made

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False, cwd=self._folder)
        assert done.returncode == 0, f"openssl {words[0]} (Debian: apt-get install openssl): {done.stderr}"


def _written(moment: datetime.datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%SZ")
