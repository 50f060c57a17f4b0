"""A real ClickHouse server with TLS and a password: who is let in, and what somebody is told who is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rapport.settings import read
from sinks.clickhouse.client import StoreAway, StoreRefused
from sinks.clickhouse.connect import reader
from tests.security.certificates import DAY, Authority
from tests.sinks.conftest import ClickHouseServer

pytestmark = pytest.mark.clickhouse

PASSWORD = "an0ther s3cret"
TLS_OR_NOT = r"correct RAPPORT_CLICKHOUSE: host, port \(of TLS with clickhouses://"


@contextmanager
def server(authority: Authority, folder: Path, **certificate: Any) -> Iterator[ClickHouseServer]:
    made = ClickHouseServer(folder, password=PASSWORD, certificate=authority.sign(folder.name, **certificate))
    made.start()
    try:
        yield made
    finally:
        made.kill9()


@pytest.fixture(scope="module")
def secured(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    with server(authority, tmp_path_factory.mktemp("secured")) as made:
        yield made


def ask(url: str, password: str = PASSWORD) -> object:
    """What the server that these settings name answers."""
    settings = read({"RAPPORT_CLICKHOUSE": url, "RAPPORT_CLICKHOUSE_PASSWORD": password}, Path("/nonexistent"))
    store = reader(settings)
    try:
        return store.query("SELECT 1 AS one")["one"][0]
    finally:
        store.close()


def test_with_tls_and_a_password(secured: ClickHouseServer, authority: Authority) -> None:
    assert ask(f"{secured.secure_url}?ca_certs={authority.file}") == 1
    assert ask(f"{secured.secure_url}?verify=false") == 1


def test_a_password_in_the_address_serves_too(secured: ClickHouseServer, authority: Authority) -> None:
    url = secured.secure_url.replace("//", "//default:an0ther%20s3cret@")
    assert ask(f"{url}?ca_certs={authority.file}", "") == 1


def test_our_own_certificate_is_shown(secured: ClickHouseServer, authority: Authority) -> None:
    url = f"{secured.secure_url}?ca_certs={authority.file}"
    ours, other = authority.sign("ours"), authority.sign("other")
    assert ask(f"{url}&certfile={ours.file}&keyfile={ours.key}") == 1
    with pytest.raises(StoreAway, match="KEY_VALUES_MISMATCH"):
        ask(f"{url}&certfile={ours.file}&keyfile={other.key}")


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password(secured: ClickHouseServer, authority: Authority, password: str) -> None:
    told = "does not let user default in .* correct user and password in RAPPORT_CLICKHOUSE"
    with pytest.raises(StoreRefused, match=told):
        ask(f"{secured.secure_url}?ca_certs={authority.file}", password)


def test_an_unknown_authority(secured: ClickHouseServer, tmp_path: Path) -> None:
    told = r"certificate that cannot be trusted \((unable to get local issuer|self-signed).*\?ca_certs=FILE"
    with pytest.raises(StoreRefused, match=told):
        ask(secured.secure_url)
    with pytest.raises(StoreRefused, match=told):
        ask(f"{secured.secure_url}?ca_certs={Authority(tmp_path, 'stranger').file}")


@pytest.mark.parametrize(
    ("certificate", "told"),
    [
        pytest.param(
            {"left": -DAY}, r"cannot be trusted \(certificate has expired\); give the server a new one", id="expired"
        ),
        pytest.param(
            {"host": "db.example"}, r"cannot be trusted \(.*not valid for '127\.0\.0\.1'", id="for another name"
        ),
    ],
)
def test_a_certificate_that_is_not_good(
    authority: Authority, certificate: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with server(authority, tmp_path, **certificate) as made, pytest.raises(StoreRefused, match=told):
        ask(f"{made.secure_url}?ca_certs={authority.file}")


def test_tls_where_there_is_none_and_none_where_there_is(secured: ClickHouseServer, authority: Authority) -> None:
    with pytest.raises(StoreAway, match=TLS_OR_NOT):
        ask(f"clickhouses://127.0.0.1:{secured.port}/default?ca_certs={authority.file}")
    with pytest.raises(StoreAway, match=TLS_OR_NOT):
        ask(f"clickhouse://127.0.0.1:{secured.secure_port}/default")
