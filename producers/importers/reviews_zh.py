"""Chinese reviews of products (ChineseNlpCorpus, online_shopping_10_cats): `social.posted` with the words.

Nobody signs them, so they make no customer. The label (content or not) is left out: it is what
detection is judged by and must not reach it. The file has no times: all of it is told on one day.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from producers.importers.columns import Columns, csv_columns
from producers.importers.rows import Moment, Rows, filled
from schemas.records import Touchpoint

COLUMNS: Final = ("cat", "label", "review")
DAY: Final = datetime(2018, 1, 1, 12)
"""When every review is taken to have been written; `--rebase` makes it today."""


def _when(columns: Columns) -> datetime:
    return DAY


def _touchpoint(columns: Columns, event_id: str, moment: Moment, history: str | None) -> Touchpoint:
    category, _, review = columns
    return Touchpoint(
        event_id=event_id,
        type="social.posted",
        occurred_at=moment.at,
        occurred_offset=moment.offset,
        channel="social",
        initiator="customer",
        text=filled("review", review, "A review has words."),
        language="zh",
        category=category or None,
        history=history,
    )


REVIEWS_ZH: Final = Rows(
    name="reviews-zh",
    attribution="online_shopping_10_cats, ChineseNlpCorpus (licence not stated)",
    header=",".join(COLUMNS),
    zone=ZoneInfo("Asia/Shanghai"),
    split=partial(csv_columns, COLUMNS),
    dated="review",
    when=_when,
    make=_touchpoint,
    most_bytes=64 * 1024,
    spans_lines=True,
    optional=("label",),
)
"""The importer."""
