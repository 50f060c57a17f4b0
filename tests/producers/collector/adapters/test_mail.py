"""Mail by HTTP: every example, and whatever else may be in a mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Refused
from producers.collector.adapters.mail import Config, Mail
from tests.producers.collector.payloads import FOLDER, answered, cases, expected, told
from tests.producers.collector.signing import KEY, request
from tests.producers.mail.rooms import config

MAIL = Mail(config(keys=[{"name": "gateway", "key": KEY}]))
MAILS = [param.values[0] for param in cases("mail")]


@pytest.mark.parametrize("payload", cases("mail"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert told(MAIL, request("/v1/mail", payload.read_bytes())) == expected(payload)


@pytest.mark.parametrize(
    ("name", "nature"),
    [
        ("reply", "personal"), ("out_of_office", "auto_reply"), ("out_of_office_zh", "auto_reply"),
        ("newsletter", "bulk"), ("bounce", "bounce"), ("bounce_exim", "bounce"), ("delayed", "delayed"),
        ("own_copy", "own"),
    ],
)  # fmt: skip
def test_the_answer_says_what_kind_of_mail_it_was(name: str, nature: str) -> None:
    taken = MAIL.take(request("/v1/mail", (FOLDER / "mail" / f"{name}.eml").read_bytes()))
    assert json.loads(taken.answer.body)["nature"] == nature


def test_a_wrong_key_is_refused_and_without_keys_there_is_no_door() -> None:
    mail = (FOLDER / "mail" / "reply.eml").read_bytes()
    with pytest.raises(Refused, match="write key"):
        MAIL.take(request("/v1/mail", mail, {"authorization": "Bearer wrong"}))
    assert not Mail(Config()).routes


LINES = st.sampled_from(
    [
        b"From: a@example.org",
        b"From: =?gb2312?B?/w==?= <a@b>",
        b"From: <>",
        b"To: complaints@shop.example",
        b"Subject: \xff\xfe",
        b"Subject: =?x?Q?=?=",
        b"Date: never",
        b"Message-ID: <1@x>",
        b"References: <<>> <a",
        b"Content-Type: multipart/mixed",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"Content-Type: text/html; charset=rot13",
        b"Content-Type: text/plain; charset=utf-7",
        b"Content-Type: a/b; name*0*=x'y'%zz",
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: multipart/alternative; boundary=b",
        b"Content-Transfer-Encoding: uuencode",
        b"Content-Disposition: ;;",
        b"--b",
        b"--b--",
        b"",
        b"Content-Type: message/delivery-status",
        b"Final-Recipient: rfc822; x@y",
        b"Action: failed",
        b"Content-Type: message/rfc822",
        b"<html><blockquote><p>x</html",
        b"> quoted",
        b"On 1 wrote:",
        b"begin 644 x",
        b"Auto-Submitted: \0",
        b"Content-Type: text/html",
        b"\x1b$B",
        b'Sender: "',
    ]
)


@given(st.lists(LINES | st.binary(max_size=40), max_size=25), st.sampled_from([b"\n", b"\r\n"]))
def test_whatever_stands_in_a_mail_it_is_read_or_refused(lines: list[bytes], end: bytes) -> None:
    told(MAIL, request("/v1/mail", end.join(lines)))


@given(st.sampled_from(MAILS), st.integers(0, 3_000), st.binary(max_size=8))
def test_a_mail_that_was_cut_or_garbled_is_read_all_the_same(payload: Path, at: int, noise: bytes) -> None:
    raw = payload.read_bytes()
    for garbled in (raw[:at], raw[:at] + noise + raw[at + len(noise) :]):
        told(MAIL, request("/v1/mail", garbled))


def test_a_mail_nested_beyond_sense_has_no_text_and_no_fault() -> None:
    deep = b"From: a@example.org\r\nSubject: deep\r\n"
    for level in range(2_000):
        deep += b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level)
    assert not isinstance(answered(MAIL, request("/v1/mail", deep)), Refused)
