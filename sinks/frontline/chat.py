"""Chats and pagers that Apprise knows. They have no key by which to see that a message came twice."""

from __future__ import annotations

import logging
from typing import Final

from apprise import Apprise, NotifyType

from schemas.records import Severity
from sinks.frontline.ways import Away, Message

_TYPES: Final[dict[Severity, NotifyType]] = {
    "info": NotifyType.INFO, "warning": NotifyType.WARNING, "error": NotifyType.FAILURE,
    "critical": NotifyType.FAILURE,
}  # fmt: skip


class Chat:
    """To one URL of Apprise's."""

    def __init__(self, url: str) -> None:
        self._url = url
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # what it logs may hold the URL, which is a secret

    def send(self, message: Message) -> None:
        """Taken when the service says so; why it does not, Apprise does not tell."""
        service = Apprise()
        service.add(self._url)
        done = service.notify(message.text, message.subject, _TYPES[message.severity], interpret_escapes=False)
        if not done:
            raise Away("the service did not take it; is its URL still right, and can it be reached from here?")


def understood(url: str) -> bool:
    """Whether Apprise knows the service and finds all that it needs in the URL."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = Apprise()
    return bool(service.add(url)) and len(service) == 1
