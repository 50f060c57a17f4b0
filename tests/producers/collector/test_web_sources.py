"""The sources of the web through `rapport collect` into a Kafka: what a customer, a till and a provider do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
import pytest

from producers import kafka_reading
from producers.collector import wechat_crypto as crypto
from producers.collector.links import Letter, LinkKey, Links, Seals
from schemas import topics
from schemas.records import Touchpoint
from schemas.sealing import unsealed
from tests.conftest import ROOT
from tests.integration.line import Line
from tests.producers.collector.adapters.test_sendgrid import OURS as SENDGRIDS
from tests.producers.collector.adapters.test_sendgrid import posted, shown
from tests.producers.collector.guides import blocks
from tests.producers.collector.signing import KEY, SECRET, signed
from tests.producers.collector.visits import BROWSER, FORM
from tests.producers.world import decoded

pytestmark = pytest.mark.kafka

LINK_SECRET: Final = "a secret of the tests, long enough"
TOKEN, AES = "token-of-tests", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ENVIRONMENT: Final = {
    "COOKIE_SECRET": LINK_SECRET, "LINK_SECRET": LINK_SECRET, "KEY": KEY, "WEBHOOK_SECRET": SECRET,
    "SENDGRID_KEY": shown(SENDGRIDS), "WECHAT_TOKEN": TOKEN, "WECHAT_APP_ID": "wx1", "WECHAT_AES_KEY": AES,
}  # fmt: skip


@dataclass
class Service:
    """The collector that runs, and what it has written since it began."""

    line: Line
    since: dict[int, int]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[HTTPResponse, bytes]:
        caller = HTTPConnection("127.0.0.1", self.line.settings.collector_port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        caller.request(method, path, body or None, {"user-agent": BROWSER} | named)
        answer = caller.getresponse()
        content = answer.read()
        caller.close()
        return answer, content

    def came(self) -> list[Touchpoint]:
        stored = kafka_reading.read(self.line.settings.cluster, topics.RAW, self.since)
        return decoded([record.value for record in stored])

    def well(self) -> bool:
        try:
            return self.ask("GET", "/health")[0].status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def service(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("web-sources")
    (folder / "sources.yaml").write_text(blocks("sources.md", "yaml")[0], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        with Line(folder, kafka=kafka, sources=folder / "sources.yaml") as line:
            line.init()
            since = kafka_reading.ends(line.settings.cluster, topics.RAW, line.settings.partitions)
            line.start("collect")
            found = Service(line, since)
            line.wait("the collector is well", found.well)
            yield found


def headers_of(request: Any) -> Mapping[str, str]:
    return {name.replace("-", "_"): value for name, value in request.headers.items()}


def _named(service: Service, touchpoint: Touchpoint) -> str | None:
    """Who is in it; an address is sealed on the topic."""
    identity = service.line.settings.identity
    address = touchpoint.email and unsealed("email", touchpoint.email, identity.id, identity.secret)
    return touchpoint.customer_id or address or touchpoint.loyalty_card or touchpoint.social


def test_what_customers_and_providers_do_is_in_kafka_when_they_are_answered(service: Service) -> None:
    now = datetime.now(UTC)
    answers = [
        service.ask("GET", "/q/poster-7?utm_source=wall", cookie="rapport_consent=yes")[0],
        *mail(service, now), feedback(service), till(service), chat(service, now), sendgrid(service, now),
        wechat(service, now),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [302, 200, 302, 200, 200, 200, 200, 200, 200, 200]
    assert answers[0].headers["location"] == "https://shop.example/spring?utm_source=wall"
    came = {(each.type, _named(service, each)) for each in service.came()}
    cookie = re.search(r"rapport_id=(\w+)", answers[0].headers["set-cookie"])
    assert cookie is not None
    assert [each.cookie for each in service.came() if each.type == "qr.scanned"] == [cookie[1]]
    assert came == {
        ("qr.scanned", None), ("message.opened", "anna"), ("message.clicked", "anna"),
        ("message.unsubscribed", "anna"), ("consent.changed", "anna"), ("complaint.opened", "mei@shop.example"),
        ("purchase.made", "LC-88123"), ("order.returned", "LC-88123"), ("chat.message", "bert@example.org"),
        ("message.bounced", "gone@example.org"), ("chat.message", "wechat:oMei"),
    }  # fmt: skip


def mail(service: Service, now: datetime) -> list[HTTPResponse]:
    links = Links(Seals((LinkKey("k1", LINK_SECRET),)))
    letter = Letter("m-1", int(now.timestamp()) + 3600, {"customer_id": "anna"})
    return [
        service.ask("GET", links.picture(letter))[0],
        service.ask("GET", links.click(letter, "https://shop.example/a"))[0],
        service.ask("GET", links.unsubscribe(letter))[0],
        service.ask("POST", links.unsubscribe(letter), b"List-Unsubscribe=One-Click", content_type=FORM)[0],
    ]


def feedback(service: Service) -> HTTPResponse:
    page = service.ask("GET", "/feedback")[1].decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert stamp is not None
    filled = {"kind": "complaint", "text": "包裹破了", "email": "mei@shop.example", "stamp": stamp[1]}
    return service.ask("POST", "/feedback", urlencode(filled).encode(), content_type=FORM)[0]


def till(service: Service) -> HTTPResponse:
    body = Path(__file__).parents[3] / "schemas" / "examples" / "pos" / "receipt.json"
    return service.ask("POST", "/v1/receipts", body.read_bytes(), authorization=f"Bearer {KEY}")[0]


def chat(service: Service, now: datetime) -> HTTPResponse:
    said = {"id": "m-1", "network": "zendesk", "kind": "message", "identifiers": {"email": "bert@example.org"}}
    body = json.dumps(said).encode()
    headers = {name.replace("-", "_"): value for name, value in signed(body, now).items()}
    return service.ask("POST", "/v1/messages", body, **headers)[0]


def sendgrid(service: Service, now: datetime) -> HTTPResponse:
    event = {"event": "bounce", "email": "gone@example.org", "timestamp": int(now.timestamp()), "sg_event_id": "e"}
    made = posted(msgspec.json.encode([event]), at_s=int(now.timestamp()))
    return service.ask("POST", made.route.path, made.body, **headers_of(made))[0]


def wechat(service: Service, now: datetime) -> HTTPResponse:
    at = str(int(now.timestamp()))
    fields = {"FromUserName": "oMei", "CreateTime": at, "MsgType": "text", "MsgId": "1"}
    said = f"<xml>{''.join(f'<{name}>{value}</{name}>' for name, value in fields.items())}</xml>"
    sealed = crypto.encrypt(crypto.key_of(AES), said.encode(), "wx1", b"0123456789abcdef")
    query = {"timestamp": at, "nonce": "n", "msg_signature": crypto.signature(TOKEN, at, "n", sealed)}
    return service.ask("POST", f"/wechat/shop?{urlencode(query)}", f"<x><Encrypt>{sealed}</Encrypt></x>".encode())[0]


def test_what_is_not_theirs_is_refused_with_the_remedy_and_nothing_is_written(service: Service) -> None:
    before = len(service.came())
    for path, body, remedy in (
        ("/v1/receipts", b"{}", "no such write key"),
        ("/v1/messages", b"{}", "webhook-"),
        ("/webhooks/sendgrid", b"[]", "Signed Event Webhook"),
        ("/wechat/shop?" + quote("x=1", safe="="), b"<xml/>", "callback settings"),
    ):
        answer, content = service.ask("POST", path, body)
        assert answer.status in (401, 403), path
        assert remedy in json.loads(content)["detail"]
    assert len(service.came()) == before


SAYS: Final = (
    "location: https://shop.example/spring?utm_source=wall",
    "You are unsubscribed",
    '"error":"bad_value"',
    "turn on Signed Event Webhook",
    '{"accepted":1,"rejected":[]}',
    '{"accepted":2,"rejected":[]}',
    '{"accepted":1,"rejected":[]}',
    "4711",
)
"""What each command of the guide is answered, in their order."""


def test_every_command_of_the_guide_can_be_typed(service: Service, tmp_path: Path) -> None:
    commands = blocks("sources.md", "sh")
    program = tmp_path / "rapport"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rapport.cli "$@"\n')
    program.chmod(0o755)
    settings = service.line.settings
    environment = os.environ | ENVIRONMENT | {
        "URL": f"http://127.0.0.1:{settings.collector_port}", "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT), "RAPPORT_SOURCES": str(settings.sources), "RAPPORT_DATA": str(tmp_path / "data"),
    }  # fmt: skip
    for command, said in zip(commands, SAYS, strict=True):
        done = subprocess.run(
            ["bash", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout, command
