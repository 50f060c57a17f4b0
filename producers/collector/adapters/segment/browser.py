"""What Segment's browser SDK asks for besides: its settings document, and itself from this host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from producers.collector.adapter import Answer

ENTRY: Final = "standalone.js"
"""Of the package's `dist/umd`: the SDK as a page loads it; the rest are its parts."""
NAMES: Final = frozenset({"analytics.min.js", "analytics.js"})
"""Under which pages ask for it."""
_KEY: Final = b"__WRITE_KEY__"
_SCRIPT: Final = (("content-type", "text/javascript; charset=utf-8"), ("cache-control", "public, max-age=3600"))
_DOCUMENT: Final = (("content-type", "application/json"), ("cache-control", "public, max-age=60"))


def settings(key: str, url: str) -> Answer:
    """The document that `load` fetches: all events, to the host that was asked, and nowhere else."""
    asked = urlsplit(url)
    everything: Mapping[str, Any] = {"__default": {"enabled": True, "integrations": {}}}
    content = {
        "integrations": {
            "Segment.io": {
                "apiKey": key, "apiHost": f"{asked.netloc}/v1", "protocol": asked.scheme, "addBundledMetadata": False,
                "unbundledIntegrations": [], "maybeBundledConfigIds": {},
            }
        },
        "plan": {"track": everything, "identify": everything, "group": everything},
        "edgeFunction": {}, "middlewareSettings": {}, "enabledMiddleware": {}, "remotePlugins": [],
        "analyticsNextEnabled": True, "legacyVideoPluginsEnabled": False, "metrics": {"sampleRate": 0},
    }  # fmt: skip
    return Answer(200, msgspec.json.encode(content), _DOCUMENT)


class Scripts:
    """The SDK's files, read once from where npm has put them; `ValueError` if they are not there."""

    def __init__(self, folder: Path | None) -> None:
        self._files: dict[str, bytes] = {}
        if folder is not None:
            self._files = {file.name: file.read_bytes() for file in sorted(folder.glob("*.js"))}
            if ENTRY not in self._files:
                remedy = "npm install @segment/analytics-next, and name its dist/umd"
                raise ValueError(f"analytics_js: {folder} holds no {ENTRY}; {remedy}")

    def get(self, name: str, key: str) -> Answer | None:
        found = self._files.get(ENTRY if name in NAMES else name)
        return None if found is None else Answer(200, found.replace(_KEY, key.encode()), _SCRIPT)
