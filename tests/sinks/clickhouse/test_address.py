"""The URL of a ClickHouse server: what it means, and what is wrong with one, without ever showing its password."""

from __future__ import annotations

import pytest

from sinks.clickhouse.address import fault, read, shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("clickhouse://db", ("db", 9000, False, "default", "", "default", {})),
        ("clickhouses://db", ("db", 9440, True, "default", "", "default", {})),
        ("clickhouse://me:p%40ss@db:19000/rapport", ("db", 19000, False, "me", "p@ss", "rapport", {})),
        ("clickhouses://db/?ca_certs=/ca.pem&verify=false",
         ("db", 9440, True, "default", "", "default", {"ca_certs": "/ca.pem", "verify": False})),
    ],
)  # fmt: skip
def test_what_it_means(url: str, expected: tuple[object, ...]) -> None:
    to = read(url)
    assert (to.host, to.port, to.secure, to.user, to.password, to.database, dict(to.tls)) == expected


def test_a_password_of_its_own_stands_above_that_of_the_address() -> None:
    assert read("clickhouse://me:old@db", "new").password == "new"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://db:8123", "RAPPORT_CLICKHOUSE is clickhouse://"),
        ("clickhouse://", "RAPPORT_CLICKHOUSE is clickhouse://"),
        ("clickhouse://me:s3/cret@db", "are written %2F"),
        ("clickhouses://db?ca_cert=/x", "ca_cert is no parameter (did you mean ca_certs?)"),
        ("clickhouses://db?verify=perhaps", "verify is true or false"),
        ("clickhouse://db?verify=false", "verify goes with TLS only: write clickhouses://"),
        ("clickhouses://db?keyfile=/k", "keyfile is the key of a certificate"),
        ("clickhouses://db?ca_certs=/no/ca.pem", "ca_certs names /no/ca.pem, which is no file"),
    ],
)
def test_what_is_wrong_is_said(url: str, told: str) -> None:
    found = fault(url)
    assert found is not None
    assert told in found
    assert "s3" not in found


def test_it_is_shown_without_the_password() -> None:
    assert shown("clickhouse://me:s3cret@db:9000/rapport") == "clickhouse://me:…@db:9000/rapport"
    assert fault("") is None
