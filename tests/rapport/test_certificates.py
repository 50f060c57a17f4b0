"""When the certificates of a file expire, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.certificates import Pick, expiry, named
from rapport.settings import Settings

NEAR = """\
-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhRMbfujWvhqVjkBgR2X6uawRv3E6jAFBgMrZXAwDzENMAsG
A1UEAwwEbmVhcjAeFw0yNjExMjUxMzIxMTZaFw0zNjExMjIxMzIxMTZaMA8xDTAL
BgNVBAMMBG5lYXIwKjAFBgMrZXADIQCeizc832BylfSfkJgsb0ieosopjwcDnGlE
mMjhlm7IGaNTMFEwHQYDVR0OBBYEFG+9eoDSDiQiNjQ9vMOSDOXvGIGOMB8GA1Ud
IwQYMBaAFG+9eoDSDiQiNjQ9vMOSDOXvGIGOMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EA/D2MV8UOsifZKD7Vj9xRImTaHKLNy5aGP4zpmLVt1R4st2ieBnCgbIft
DQIQP2BkrP7u5bs+bBWtp/9mDFuAAQ==
-----END CERTIFICATE-----
"""
"""Ends on 2036-11-22 (its year in two digits)."""
FAR = """\
-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhQTHHxks+HlSkkJJxuxEB/rS+pK6DAFBgMrZXAwDjEMMAoG
A1UEAwwDZmFyMCAXDTI2MTEyNTEzMjExNloYDzIwNjEwNTI1MTMyMTE2WjAOMQww
CgYDVQQDDANmYXIwKjAFBgMrZXADIQAhVWTwwNFImzQTfMHTw/0WhlcDylffkWks
4NFRbeej2KNTMFEwHQYDVR0OBBYEFJXIF4BsKRmgNUvG7v2hKwOZLjlFMB8GA1Ud
IwQYMBaAFJXIF4BsKRmgNUvG7v2hKwOZLjlFMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EAtKgDnZ9zEBclxT6cw/NnvdGx3P0HQAuO5EDwd5E3pr+YB0ibF98uKzCy
+e3ncJ/EDlo5L3cHWH7luElhgtb5CA==
-----END CERTIFICATE-----
"""
"""Ends on 2061-05-25 (its year in four)."""
NEAR_ENDS, FAR_ENDS = 2_110_972_876, 2_884_252_876


@pytest.mark.parametrize(
    ("text", "pick", "expected"),
    [
        pytest.param(NEAR, min, NEAR_ENDS, id="one"),
        pytest.param(FAR, max, FAR_ENDS, id="after 2049 the date has another form"),
        pytest.param("what it is for\n" + FAR + NEAR, min, NEAR_ENDS, id="a chain ends with its first"),
        pytest.param(NEAR + FAR, max, FAR_ENDS, id="trust ends with the last"),
        pytest.param("", min, 0, id="none"),
        pytest.param(NEAR[:200], min, 0, id="cut off"),
        pytest.param(NEAR.replace("MIIB", "AAAA"), min, 0, id="not a certificate"),
    ],
)
def test_the_end_of_what_a_file_holds(text: str, pick: Pick, expected: int, tmp_path: Path) -> None:
    file = tmp_path / "some.pem"
    file.write_text(text)
    assert expiry(file, pick) == expected


def test_a_file_that_is_not_there_counts_as_expired(tmp_path: Path) -> None:
    assert expiry(tmp_path / "none.pem", min) == 0


def test_those_within_the_address_of_clickhouse_count(tmp_path: Path) -> None:
    ca, own = tmp_path / "ca.pem", tmp_path / "own.pem"
    ca.write_text(NEAR + FAR)
    own.write_text(NEAR + FAR)
    url = f"clickhouses://me@db/rapport?ca_certs={ca}&certfile={own}&verify=true"
    found = {name: expiry(file, pick) for name, (file, pick) in named(Settings(clickhouse=url, kafka_ca=ca)).items()}
    assert found == {"kafka_ca": FAR_ENDS, "clickhouse ca_certs": FAR_ENDS, "clickhouse certfile": NEAR_ENDS}


@pytest.mark.parametrize("url", ["", "clickhouse://db", "nonsense"])
def test_an_address_without_any_names_none(url: str) -> None:
    assert named(Settings(clickhouse=url)) == {}
