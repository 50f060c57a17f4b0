"""Sends events to the collector's camera webhook, by a key or signed: what a maker of cameras has to write.

python -m examples.camera.send --key KEY < events.json
python -m examples.camera.send --secret whsec_… < events.json
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
import time
import uuid
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL: Final = "http://127.0.0.1:8282/v1/camera"


def post(body: bytes, url: str = URL, key: str = "", secret: str = "") -> str:
    """The collector's answer. Sent again after a failure it counts once: `event_id` says so."""
    headers = {"content-type": "application/json"} | (signed(body, secret) if secret else {})
    if key:
        headers["authorization"] = f"Bearer {key}"
    try:
        with urlopen(Request(url, body, headers), timeout=30) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        raise SystemExit(f"{url}: {error.code} {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise SystemExit(f"{url}: {error}; is `rapport up` running there?") from error


def signed(body: bytes, secret: str) -> dict[str, str]:
    """Headers of Standard Webhooks 1.0."""
    id_, now = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{id_}.{now}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": id_,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def arguments(about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--url", default=URL, help="of the webhook")
    parser.add_argument("--key", default="", help="a key of the section `camera`")
    parser.add_argument("--secret", default="", help="a secret of the section `camera`: the request is signed")
    return parser


if __name__ == "__main__":
    given = arguments("Send camera events from standard input.").parse_args()
    content = sys.stdin.buffer.read()
    json.loads(content)
    print(post(content, given.url, given.key, given.secret))
