"""Texts that people have labelled: tweets to airlines and Chinese reviews, as their sets have them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

REASONS: Final = {
    "Late Flight": "late", "Cancelled Flight": "cancelled", "Lost Luggage": "lost", "Damaged Luggage": "defect",
    "Bad Flight": "quality", "Flight Booking Problems": "ordering", "Flight Attendant Complaints": "staff",
    "Customer Service Issue": "no_help", "longlines": "queue", "Can't Tell": "unclear",
}  # fmt: skip
"""The reasons of the tweets, as causes of texts.yaml."""


class Labelled(NamedTuple):
    """A text, how it feels and, of a complaint, what it is about."""

    text: str
    language: str
    feeling: str
    cause: str = ""


class Unlabelled(ValueError):
    """A file that is neither set."""


def read(path: Path) -> list[Labelled]:
    """The labelled texts of a CSV file, packed or not, of either set."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        lines = csv.DictReader(file)
        columns = set(lines.fieldnames or ())
        if {"airline_sentiment", "negativereason", "text"} <= columns:
            return list(_tweets(lines))
        if {"label", "review"} <= columns:
            return list(_reviews(lines))
    raise Unlabelled(
        f"{path}: its columns are neither those of the airline tweets (airline_sentiment, negativereason, text) "
        "nor of the Chinese reviews (label, review)"
    )


def _tweets(lines: csv.DictReader[str]) -> Iterator[Labelled]:
    for line in lines:
        yield Labelled(line["text"], "en", line["airline_sentiment"], REASONS.get(line["negativereason"], ""))


def _reviews(lines: csv.DictReader[str]) -> Iterator[Labelled]:
    for line in lines:
        yield Labelled(line["review"], "zh", "positive" if line["label"] == "1" else "negative")
