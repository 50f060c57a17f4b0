"""Certificates made here by openssl: when they end, in a file or at a server, trusted or not."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.doctoring.certificates import CertificateSeen, judge, of_file, of_pem, of_server
from rapport.doctoring.examining import examine
from rapport.doctoring.gathering import Place
from rapport.settings import Settings
from tests.rapport.doctoring.judging import one

DAY = 86_400.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`key.pem` and certificates that end at several times, self-signed; `chain.pem` has two of them."""
    place = tmp_path_factory.mktemp("certificates")
    assert shutil.which("openssl"), "openssl makes the certificates of this test (Debian: apt-get install openssl)"
    ends = {"old": "20200102030405Z", "fresh": "20490102030405Z", "far": "20700102030405Z"}
    for name, end in ends.items():
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost"
                f" -keyout {name}.key.pem -out {name}.csr.pem", place)  # fmt: skip
        ended(place, name, end)
    (place / "chain.pem").write_text((place / "far.pem").read_text() + (place / "fresh.pem").read_text())
    return place


def ended(place: Path, name: str, end: str) -> None:
    """Signed anew by `openssl ca`, which sets its end at will also where `req -not_after` is not known."""
    (place / "index.txt").write_text("")
    (place / "ca.cnf").write_text(
        "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\n"
        "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
    )
    openssl(f"ca -batch -notext -config ca.cnf -ss_cert {name}.csr.pem -keyfile {name}.key.pem -cert {name}.csr.pem"
            f" -startdate 20190101000000Z -enddate {end} -out {name}.pem", place)  # fmt: skip


def openssl(words: str, place: Path) -> None:
    subprocess.run(["openssl", *words.split()], check=True, capture_output=True, cwd=place)


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        pytest.param("old", "2020-01-02T03:04:05", id="expired"),
        pytest.param("fresh", "2049-01-02T03:04:05", id="the year in two figures"),
        pytest.param("far", "2070-01-02T03:04:05", id="the year in four"),
        pytest.param("chain", "2049-01-02T03:04:05", id="of several the first to end"),
    ],
)
def test_the_end_stands_in_the_file(name: str, ends: str, folder: Path) -> None:
    seen = of_file(folder / f"{name}.pem", min, 0.0)
    assert (seen.error, seen.ends_at) == ("", moment(ends))


def test_a_file_without_certificates_is_said(folder: Path) -> None:
    one(judge(of_file(folder / "old.key.pem", min, 0.0)), "warning", "not checked: no certificate in it")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "can be read", id="no X.509"),
        pytest.param("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----", "can be read", id="no base64"),
        pytest.param("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "can be read", id="cut short"),
    ],
)
def test_what_cannot_be_read_is_said_and_never_well(text: str, told: str) -> None:
    one(judge(of_pem(text, "c.pem", min, 0.0)), "warning", told)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    one(judge(of_file(tmp_path / "c.pem", min, 0.0)), "warning", "No such file")


@pytest.mark.parametrize(
    ("left_s", "severity", "told"),
    [
        pytest.param(31 * DAY, "ok", "good for 31 d", id="a month and more"),
        pytest.param(30 * DAY, "ok", "good for 30 d", id="a month is the edge"),
        pytest.param(29 * DAY, "warning", "expires in 29 d (2027-02-13", id="within a month"),
        pytest.param(7 * DAY, "warning", "expires in 7.0 d", id="a week is the edge"),
        pytest.param(6 * DAY, "action", "expires in 6.0 d", id="within a week"),
        pytest.param(0, "action", "has expired 0 ms ago", id="now"),
        pytest.param(-3600, "action", "has expired 60 min ago", id="an hour ago"),
    ],
)
def test_how_near_the_end_is(left_s: float, severity: str, told: str) -> None:
    now = moment("2027-01-15T08:00:00")
    one(judge(CertificateSeen("c.pem", now + left_s, now)), severity, told)


@contextmanager
def server(certificate: Path, key: Path) -> Iterator[int]:
    """A TLS server that shows its certificate and says no more; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                with contextlib.suppress(OSError):  # of those who do not speak TLS, or have gone
                    connection, _ = listener.accept()
                    with connection:
                        if over.is_set():
                            return
                        connection.settimeout(2)
                        with context.wrap_socket(connection, server_side=True) as tls:
                            tls.recv(1)

        over, port = threading.Event(), int(listener.getsockname()[1])
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            over.set()
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join()


def test_a_server_shows_an_expired_certificate_that_nobody_trusts(folder: Path) -> None:
    with server(folder / "old.pem", folder / "old.key.pem") as port:
        seen = of_server("127.0.0.1", port, moment("2026-01-01T00:00:00"))
    one(judge(seen), "action", "has expired")


def test_a_server_without_tls_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def close() -> None:
            listener.accept()[0].close()

        closing = threading.Thread(target=close)
        closing.start()
        seen = of_server("127.0.0.1", int(listener.getsockname()[1]), 0.0)
        closing.join()
    one(judge(seen), "warning", "not checked: no TLS there")


def test_a_broker_that_lets_nobody_in_shows_its_expired_certificate(folder: Path, tmp_path: Path) -> None:
    with server(folder / "old.pem", folder / "old.key.pem") as port:
        findings = examine(Place(Settings(kafka=f"127.0.0.1:{port}", data=tmp_path, metrics_port=0), look_s=1.0))
    seen = {(each.name, each.severity): each for each in findings}
    assert "does not answer" in seen["broker", "action"].seen
    assert "has expired" in seen["certificate", "action"].seen
