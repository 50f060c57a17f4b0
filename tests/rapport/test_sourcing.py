"""`rapport qr make` and `rapport mailing sign`: by the sources file, and what they say where it cannot be."""

from __future__ import annotations

from email import message_from_string, policy
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno

from producers.collector.links import LinkKey, Links, Seals
from tests.rapport.test_cli import rapport

SECRET = "a secret of the tests, long enough"
SOURCES = """\
qr: {home: "https://shop.example/", codes: {poster-7: {target: "https://shop.example/spring"}}}
mailing: {home: "https://shop.example/", keys: [{id: k1, secret: "${LINK_SECRET}"}]}
"""
MAIL = """\
To: Anna <Anna@example.org>
Message-ID: <spring-1@shop.example>
Content-Type: text/html; charset=utf-8

<a href="https://shop.example/spring">Look</a>
"""
URL = {"RAPPORT_COLLECTOR_URL": "https://in.shop.example/", "RAPPORT_SOURCES": "sources.yaml"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "spring.eml").write_text(MAIL, encoding="utf-8")
    (tmp_path / "nobody.eml").write_text(MAIL.replace("To: Anna <Anna@example.org>\n", ""), encoding="utf-8")
    (tmp_path / "two.eml").write_text(MAIL.replace("To: ", "To: b@example.org, "), encoding="utf-8")
    return tmp_path


def test_codes_are_printed_without_the_secrets_of_other_sources(folder: Path) -> None:
    done = rapport("qr", "make", "--all", "--out", "codes", folder=folder, **URL)
    assert done.returncode == 0, done.stderr
    assert "https://in.shop.example/q/poster-7 -> https://shop.example/spring" in done.stdout
    made = segno.make("https://in.shop.example/q/poster-7", error="m", micro=False)
    made.save(str(folder / "wanted.png"), scale=10, border=4)
    assert (folder / "codes" / "poster-7.png").read_bytes() == (folder / "wanted.png").read_bytes()
    assert ElementTree.parse(folder / "codes" / "poster-7.svg").getroot().tag.endswith("svg")


def test_a_mail_is_made_ready_for_the_address_that_it_goes_to(folder: Path) -> None:
    done = rapport("mailing", "sign", "spring.eml", "--campaign", "spring", folder=folder, LINK_SECRET=SECRET, **URL)
    assert done.returncode == 0, done.stderr
    mail = message_from_string(done.stdout, policy=policy.SMTP)
    sealed = str(mail["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    letter = Links(Seals((LinkKey("k1", SECRET),))).letter("u", sealed, 0)
    assert (letter.message, letter.campaign) == ("spring-1@shop.example", "spring")
    assert letter.identifiers == {"email": "anna@example.org"}


@pytest.mark.parametrize(
    ("words", "environment", "status", "told"),
    [
        pytest.param(("qr", "make"), URL, 2, "name the codes, or say --all", id="no code"),
        pytest.param(("qr", "make", "poster-8"), URL, 2, "did you mean poster-7?", id="an unknown code"),
        pytest.param(("qr", "make", "--all"), {}, 1, "Set RAPPORT_COLLECTOR_URL", id="no address"),
        pytest.param(
            ("qr", "make", "--all"), URL | {"RAPPORT_SOURCES": ""}, 1, "RAPPORT_SOURCES names it", id="no file"
        ),
        pytest.param(("mailing", "sign", "spring.eml"), URL, 1, "${LINK_SECRET} is not set", id="no secret"),
        pytest.param(
            ("mailing", "sign", "no.eml"), URL | {"LINK_SECRET": SECRET}, 1, "no.eml: No such file", id="no mail"
        ),
        pytest.param(
            ("mailing", "sign", "nobody.eml"), URL | {"LINK_SECRET": SECRET}, 2, "--customer-id", id="to nobody"
        ),
        pytest.param(
            ("mailing", "sign", "two.eml"), URL | {"LINK_SECRET": SECRET}, 2, "To names 2 addresses", id="to two"
        ),
    ],
)
def test_what_cannot_be_is_said_with_its_remedy(
    words: tuple[str, ...], environment: dict[str, str], status: int, told: str, folder: Path
) -> None:
    done = rapport(*words, folder=folder, **environment)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    assert told in done.stderr
