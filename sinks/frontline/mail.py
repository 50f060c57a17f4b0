"""Mail by SMTP. A message has the same Message-ID at each attempt, so that servers and people see that it is one."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from typing import Final

from sinks.frontline.config import Smtp
from sinks.frontline.ways import Away, Message, Refused

TIMEOUT_S: Final = 30.0
_PERMANENT: Final = 500


class Post:
    """To one address."""

    def __init__(self, smtp: Smtp, to: str) -> None:
        self._smtp = smtp
        self._to = to

    def send(self, message: Message) -> None:
        """Taken when the server has said 250 to the whole of it."""
        letter = written(message, self._smtp, self._to)
        try:
            with self._open() as server:
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _failed(code, said) from error
        except smtplib.SMTPDataError as error:
            raise _failed(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            # Who does not let us in, or not our sender, has nothing against this message.
            raise Away(f"{self._smtp.host}:{self._smtp.port}: {type(error).__name__}: {error}") from error

    def _open(self) -> smtplib.SMTP:
        smtp = self._smtp
        context = None if smtp.tls == "none" else ssl.create_default_context()
        if smtp.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_S)
        try:
            if smtp.tls == "starttls":
                server.starttls(context=context)
            if smtp.user:
                server.login(smtp.user, smtp.password)
        except BaseException:
            server.close()
            raise
        return server


def written(message: Message, smtp: Smtp, to: str) -> EmailMessage:
    """The mail: plain text, the same bytes at each attempt; no machine should answer it (RFC 3834)."""
    letter = EmailMessage(policy=WIRE)
    letter["From"], letter["To"], letter["Subject"] = smtp.sender, to, message.subject
    letter["Date"] = format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))
    letter["Message-ID"] = f"<{message.id}@{smtp.domain}>"
    if message.thread != message.id:
        letter["In-Reply-To"] = letter["References"] = f"<{message.thread}@{smtp.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["Content-Language"] = message.language
    if message.severity in ("error", "critical"):
        letter["Importance"] = "high"
    letter.set_content(message.text, cte="base64")
    return letter


def _failed(code: int, said: bytes | str) -> Away | Refused:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Refused(f"{code} {words}") if code >= _PERMANENT else Away(f"{code} {words}")
