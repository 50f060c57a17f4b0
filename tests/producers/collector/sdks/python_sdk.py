"""Segment's or RudderStack's Python SDK: `python_sdk.py segment|rudder URL KEY < calls`."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import datetime
from typing import Any, Final

MODULES: Final = {"segment": "segment.analytics.client", "rudder": "rudderstack.analytics.client"}
NAMES: Final = {
    "userId": "user_id", "anonymousId": "anonymous_id", "groupId": "group_id", "previousId": "previous_id",
    "event": "event", "name": "name", "properties": "properties", "traits": "traits", "context": "context",
}  # fmt: skip


def main(sdk: str, url: str, key: str) -> None:
    failures: list[object] = []
    client: Any = importlib.import_module(MODULES[sdk]).Client(
        key, host=url, gzip=True, on_error=lambda error, batch: failures.append(error)
    )
    for call in json.load(sys.stdin):
        given = {NAMES[name]: value for name, value in call.items() if name in NAMES}
        if "timestamp" in call:
            given["timestamp"] = datetime.fromisoformat(call["timestamp"].replace("Z", "+00:00"))
        if call["type"] == "alias":
            given.pop("anonymous_id", None)
        getattr(client, call["type"])(**given)
    client.shutdown()
    if failures:
        sys.exit(f"{sdk}: {failures}")


if __name__ == "__main__":
    main(*sys.argv[1:])
