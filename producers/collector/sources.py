"""The registry of sources. A new one is a module in `adapters/` and a line here (docs/add-a-source.md)."""

from __future__ import annotations

from typing import Final

from producers.collector.adapter import Source
from producers.collector.adapters import (
    camera,
    cloudevents,
    decide,
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
from producers.collector.adapters.segment import api as segment

SOURCES: Final[tuple[Source, ...]] = (
    segment.SOURCE,
    cloudevents.SOURCE,
    own.SOURCE,
    decide.SOURCE,
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
