"""Serves the demo shop: `python -m examples.shop --key KEY`, KEY from `.rapport/write.key`; it says where it is open.

The pages are static; the one that is made is `config.js`, which names the collector and the write key.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

SITE: Final = Path(__file__).parent / "site"
COLLECTOR: Final = "http://127.0.0.1:8282"


class Shop(SimpleHTTPRequestHandler):
    """The files of the site, and `config.js`."""

    def __init__(self, *args: Any, config: bytes, **more: Any) -> None:
        self._config = config
        super().__init__(*args, directory=str(SITE), **more)

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/config.js":
            super().do_GET()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("content-type", "text/javascript; charset=utf-8")
        self.send_header("content-length", str(len(self._config)))
        self.end_headers()
        self.wfile.write(self._config)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: who looks at what is told to the collector."""


def serve(collector: str, key: str, port: int) -> ThreadingHTTPServer:
    """The shop at this port of this machine, not yet serving."""
    config = f"window.shop = {json.dumps({'collector': collector.rstrip('/'), 'key': key})};\n"
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Shop, config=config.encode()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the demo shop.")
    parser.add_argument("--key", required=True, help="the write key of the collector")
    parser.add_argument("--collector", default=COLLECTOR, help="where the collector is")
    parser.add_argument("--port", type=int, default=8383)
    given = parser.parse_args()
    with serve(given.collector, given.key, given.port) as server:
        print(f"the shop is open at http://127.0.0.1:{server.server_port}/")
        server.serve_forever()


if __name__ == "__main__":
    main()
