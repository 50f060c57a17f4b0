"""Who did something within a time after something: what effects of signals are counted from."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import polars as pl

from rapport.history.effects import Effect, effect

ALERTED, HELD_OUT = "alerted", "held_out"


class Arms(NamedTuple):
    """The two arms of one signal: customers, those who responded, and what the alert brought."""

    name: str
    alerted: int
    responded: int
    held_out: int
    held_responded: int
    effect: Effect


def responses(causes: pl.DataFrame, deeds: pl.DataFrame, within: timedelta) -> pl.DataFrame:
    """`causes` with a column `responded`: whether a deed of that customer came after it, at most `within` later.

    Both have `customer_id` and `at`. Causes keep their columns and come in the order of `at`.
    A cause younger than `within` before the last deed has not had its time: leave such ones out first.
    """
    when = deeds.select("customer_id", pl.col("at").alias("_deed")).sort("_deed")
    # The next deed strictly after the cause: a deed of the same millisecond may be the cause itself.
    asked = causes.sort("at").with_columns((pl.col("at") + timedelta(milliseconds=1)).alias("_from"))
    joined = asked.join_asof(
        when, left_on="_from", right_on="_deed", by="customer_id", strategy="forward", tolerance=within,
        check_sortedness=False,
    )  # fmt: skip
    return joined.with_columns(pl.col("_deed").is_not_null().alias("responded")).drop("_from", "_deed")


def arms(signals: pl.DataFrame) -> list[Arms]:
    """Effects by signal from `signal_arms` with `responded`; signals without both arms are left out.

    A customer counts once a signal, at the first time: later ones are not independent of it.
    """
    first = (
        signals.filter(pl.col("arm").is_in([ALERTED, HELD_OUT]))
        .sort("at", "id")
        .unique(["name", "customer_id"], keep="first", maintain_order=True)
    )
    counted = first.group_by("name", "arm").agg(pl.len().alias("of"), pl.col("responded").sum().alias("yes"))
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for name, arm, of, yes in counted.sort("name", "arm").iter_rows():
        found.setdefault(name, {})[arm] = (yes, of)
    return [_arms(name, each[ALERTED], each[HELD_OUT]) for name, each in found.items() if len(each) == 2]


def _arms(name: str, alerted: tuple[int, int], held: tuple[int, int]) -> Arms:
    return Arms(name, alerted[1], alerted[0], held[1], held[0], effect(*alerted, *held))
