"""The registry of the collector: one line a source."""

from __future__ import annotations

from typing import Final

from producers.collector.adapter import Source
from producers.collector.adapters import (
    camera,
    feedback,
    mail,
    mailing,
    messages,
    own,
    phone,
    pos,
    qr,
    sendgrid,
    ses,
    twilio,
    wechat,
)

SOURCES: Final[tuple[Source, ...]] = (
    own.SOURCE,
    qr.SOURCE,
    mailing.SOURCE,
    ses.SOURCE,
    sendgrid.SOURCE,
    feedback.SOURCE,
    pos.SOURCE,
    messages.SOURCE,
    wechat.SOURCE,
    camera.SOURCE,
    phone.SOURCE,
    twilio.SOURCE,
    mail.SOURCE,
)
"""Every source that the collector knows. One that the sources file has no section for is not served."""
