"""Fetching from a provider without holding up a request: asked for now, there when the provider tries again."""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request
from typing import Final, Protocol

PATIENCE_S: Final = 10.0
LARGEST: Final = 64 * 1024
"""Bytes of an answer; a certificate has two thousand."""
MOST: Final = 32
"""Answers kept: a provider changes its certificate about once a year."""

log = logging.getLogger(__name__)


class Fetching(Protocol):
    """What an adapter may know of the network."""

    def get(self, url: str) -> bytes | None:
        """What stands there, if it is known already; else None, and it is being fetched."""
        ...

    def visit(self, url: str) -> None:
        """See that the address is visited once, soon."""
        ...


class Web:
    """`Fetching` by threads that end by themselves. No redirect is followed. A failure is forgotten."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def get(self, url: str) -> bytes | None:
        found = self._known.get(url)
        if found is None:
            self._begin(url, keep=True)
        return found

    def visit(self, url: str) -> None:
        self._begin(url, keep=False)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way)

    def _begin(self, url: str, *, keep: bool) -> None:
        with self._lock:
            if url in self._under_way or len(self._under_way) >= MOST:
                return
            self._under_way.add(url)
        threading.Thread(target=self._fetch, args=(url, keep), daemon=True).start()

    def _fetch(self, url: str, keep: bool) -> None:
        try:
            opener = urllib.request.build_opener(_NoRedirects)
            with opener.open(url, timeout=PATIENCE_S) as answer:
                content: bytes = answer.read(LARGEST)
            if keep:
                with self._lock:
                    while len(self._known) >= MOST:
                        del self._known[next(iter(self._known))]
                    self._known[url] = content
        except (OSError, urllib.error.URLError, ValueError) as error:
            log.warning("%s cannot be fetched: %s", url.partition("?")[0], error)
        finally:
            with self._lock:
                self._under_way.discard(url)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """None: the answer of a redirect is an error."""
