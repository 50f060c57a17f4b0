"""Tweets to airlines of the USA, February 2015: `social.mentioned` with the customer's own words.

The author (hashed by whoever published the file) is the identifier `social`. Labels of sentiment
and cause are left out: they are what detection is judged by and must not reach it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from producers.importers.columns import Columns, csv_columns
from producers.importers.rows import Moment, Rows, customer, filled, identifier, local_time, number
from schemas.records import Touchpoint

COLUMNS: Final = (
    "tweet_id", "airline_sentiment", "airline_sentiment_confidence", "negativereason", "negativereason_confidence",
    "airline", "retweet_count", "text", "tweet_created", "user_timezone", "author",
)  # fmt: skip
FORMS: Final = ("%d-%m-%Y %H:%M", "%Y-%m-%d %H:%M:%S")
NETWORK: Final = "twitter"

_JSON = msgspec.json.Encoder()


def _when(columns: Columns) -> datetime:
    return local_time("tweet_created", columns[8], FORMS, "24-02-2015 08:55")


def _touchpoint(columns: Columns, event_id: str, moment: Moment, history: str | None) -> Touchpoint:
    airline, retweets, text, author = columns[5], columns[6], columns[7], columns[10]
    handle = customer("author", author)
    facts = {"network": NETWORK, "brand": airline, "shares": number("retweet_count", retweets or "0")}
    return Touchpoint(
        event_id=event_id,
        type="social.mentioned",
        occurred_at=moment.at,
        occurred_offset=moment.offset,
        channel="social",
        initiator="customer",
        social=None if handle is None else identifier("author", f"{NETWORK}:{handle}"),
        text=filled("text", text, "A tweet has words."),
        language="en",
        properties=_JSON.encode(facts).decode(),
        history=history,
    )


AIRLINE_TWEETS: Final = Rows(
    name="airline-tweets",
    attribution="Twitter US Airline Sentiment (public crowd-labelled set, licence not stated)",
    header=",".join(COLUMNS),
    zone=ZoneInfo("UTC"),
    split=partial(csv_columns, COLUMNS),
    dated="tweet_created",
    when=_when,
    make=_touchpoint,
    most_bytes=16 * 1024,
    spans_lines=True,
    optional=(*COLUMNS[:5], "user_timezone"),
)
"""The importer. The file names no zone: its times are taken for UTC."""
