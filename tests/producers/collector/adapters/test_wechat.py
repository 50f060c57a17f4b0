"""WeChat Official Accounts and WeCom: signed in the address, plain or encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector import wechat_crypto as crypto
from producers.collector.adapter import Request, Route
from producers.collector.adapters.wechat import Account, Config, Wechat
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import NOW_MS

TOKEN, NONCE = "token-of-tests", "n-1"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECHAT = Wechat(Config(accounts={
    "plain": Account(TOKEN, "wx1"),
    "shop": Account(TOKEN, "wx1", aes_key=AES_KEY),
    "wecom": Account(TOKEN, "ww1", kind="wecom", aes_key=AES_KEY),
}))  # fmt: skip


def asked(
    account: str, query: dict[str, str], body: bytes = b"", *, sealed: str = "", age_s: int = 0, token: str = TOKEN,
) -> Request:  # fmt: skip
    """A callback; signed over what is sealed, where something is."""
    at = str(NOW_MS // 1000 - age_s)
    name = "msg_signature" if sealed else "signature"
    signed = {name: crypto.signature(token, at, NONCE, *([sealed] if sealed else [])), "timestamp": at, "nonce": NONCE}
    return Request(
        route=Route("POST" if body else "GET", "/wechat/{account}"), url="", received_at=NOW_MS,
        args={"account": account}, query=signed | query, body=body,
    )  # fmt: skip


def encrypted(account: str, body: bytes, receiver: str, **more: Any) -> Request:
    sealed = crypto.encrypt(crypto.key_of(AES_KEY), body, receiver, b"0123456789abcdef")
    envelope = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    return asked(account, {"encrypt_type": "aes"}, envelope, sealed=sealed, **more)


def made(payload: Path) -> Any:
    if payload.name.startswith("wecom"):
        return told(WECHAT, encrypted("wecom", payload.read_bytes(), "ww1"))
    return told(WECHAT, encrypted("shop", payload.read_bytes(), "wx1"))


@pytest.mark.parametrize("payload", cases("wechat"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert made(payload) == expected(payload)


@pytest.mark.parametrize("payload", [each for each in cases("wechat") if not str(each.id).startswith("wecom")])
def test_the_plain_mode_says_the_same(payload: Path) -> None:
    assert told(WECHAT, asked("plain", {}, payload.read_bytes())) == expected(payload)


def test_the_check_of_the_address_is_answered() -> None:
    assert WECHAT.take(asked("plain", {"echostr": "4711"})).answer.body == b"4711"
    sealed = crypto.encrypt(crypto.key_of(AES_KEY), b"4712", "ww1", b"0123456789abcdef")
    assert WECHAT.take(asked("wecom", {"echostr": sealed}, sealed=sealed)).answer.body == b"4712"


def test_a_callback_is_told_that_it_succeeded() -> None:
    assert WECHAT.take(asked("plain", {}, b"<xml/>")).answer.body == b"success"


XML = b"<xml><FromUserName>o</FromUserName><CreateTime>1795572000</CreateTime></xml>"


@pytest.mark.parametrize(
    ("made", "reason", "status"),
    [
        pytest.param(asked("plain", {}, XML, token="other"), "wrong_signature", 401, id="of another's token"),
        pytest.param(asked("plain", {"nonce": "n-2"}, XML), "wrong_signature", 401, id="another nonce"),
        pytest.param(asked("plain", {"signature": ""}, XML), "unsigned", 401, id="not signed"),
        pytest.param(asked("plain", {}, XML, age_s=301), "replayed", 401, id="too old"),
        pytest.param(asked("plain", {}, XML, age_s=-301), "replayed", 401, id="of the future"),
        pytest.param(asked("plain", {}, b"<xml>"), "bad_value", 400, id="no XML"),
        pytest.param(asked("plain", {}, b" " * 300_000), "too_large", 413, id="too large"),
        pytest.param(asked("shop", {}, XML), "unsigned", 403, id="plain, where the account encrypts"),
        pytest.param(encrypted("shop", XML, "wx1", token="other"), "wrong_signature", 401, id="encrypted, another's"),
        pytest.param(encrypted("shop", XML, "wx2"), "wrong_signature", 401, id="encrypted for another"),
        pytest.param(encrypted("shop", XML, "wx1", age_s=301), "replayed", 401, id="encrypted, too old"),
        pytest.param(asked("no-such", {}, XML), "unknown_account", 404, id="an account of nobody"),
        pytest.param(asked("wecom", {"echostr": "AAAA"}, sealed="AAAA"), "wrong_signature", 401, id="an echo of none"),
    ],
)
def test_what_is_not_the_networks_or_not_new_is_refused(made: Request, reason: str, status: int) -> None:
    assert told(WECHAT, made) == {"refused": reason, "status": status}


def test_five_minutes_are_inside() -> None:
    assert told(WECHAT, asked("plain", {}, XML, age_s=300)) == []


@pytest.mark.parametrize("account", [Account(TOKEN, "w", kind="wecom"), Account(TOKEN, "w", aes_key="short")])
def test_an_account_that_cannot_be_is_told_at_the_start(account: Account) -> None:
    with pytest.raises(ValueError, match="aes_key"):
        Wechat(Config(accounts={"a": account}))


TAGS = st.sampled_from([
    "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "Content", "ChangeType", "ExternalUserID",
])  # fmt: skip
WORDS = st.sampled_from(["text", "event", "subscribe", "SCAN", "VIEW", "unsubscribe", "1795572000", "99999999999"])


@given(st.lists(st.tuples(TAGS, WORDS | st.text(st.characters(codec="utf-8", categories=["L", "N"])))))
def test_whatever_a_callback_holds_it_is_read_or_rejected(fields: list[tuple[str, str]]) -> None:
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields)
    told(WECHAT, asked("plain", {}, f"<xml>{inner}</xml>".encode()))


@given(st.binary(max_size=300), st.text(max_size=80))
def test_any_bytes_are_refused_never_a_fault_of_ours(body: bytes, sealed: str) -> None:
    answered(WECHAT, asked("plain", {}, body or b"x"))
    envelope = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode("utf-8", "replace")
    answered(WECHAT, asked("shop", {}, envelope, sealed=sealed.strip() or "x"))
    answered(WECHAT, encrypted("shop", body, "wx1"))
