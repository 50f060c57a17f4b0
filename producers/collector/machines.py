"""Who fetches a link or a picture for a person, before the person does or without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PREFETCH: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_BARE: Final = frozenset({"Mozilla/5.0", "Mozilla/4.0"})
"""All that Apple's Mail Privacy Protection says of itself, when it fetches the pictures of a mail nobody may read."""
_SCANNERS: Final = (
    "bot", "crawler", "spider", "scanner", "headless", "preview", "facebookexternalhit", "whatsapp", "skypeuri",
    "barracuda", "proofpoint", "mimecast", "urldefense", "safelinks", "symantec", "forcepoint", "zscaler",
    "python-requests", "python-urllib", "aiohttp", "httpx", "curl/", "wget/", "go-http-client", "java/", "okhttp",
    "libwww-perl", "node-fetch", "axios/",
)  # fmt: skip


def machine(headers: Mapping[str, str]) -> str | None:
    """`prefetch`, `mail_privacy` or `scanner`; None for what may be a person.

    By what they say of themselves: who pretends to be a browser is not recognised. Google's picture
    proxy fetches when the person opens, and counts as the person.
    """
    if any("prefetch" in headers.get(name, "").lower() or "preview" in headers.get(name, "").lower()
           for name in _PREFETCH):  # fmt: skip
        return "prefetch"
    agent = headers.get("user-agent", "").strip()
    if agent in _BARE:
        return "mail_privacy"
    lower = agent.lower()
    return "scanner" if not agent or any(word in lower for word in _SCANNERS) else None
