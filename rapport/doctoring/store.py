"""Does the store answer, and does it store?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, number, ok, unchecked, warning

NAME: Final = "store"
STARTING_S: Final = 60.0
"""So long one that does not answer yet may still be starting, on a slow machine."""
OLD_S: Final = 60.0
"""Since the last batch was stored and committed, where something is unread."""

STORING: Final = "storing"
READ_ONLY: Final = "read_only"
FULL: Final = "disk_full"
"""Causes of `sinks/clickhouse/client.py`; a test holds them to it."""


@dataclass(frozen=True, slots=True)
class StoreSeen:
    """The `store` process at its address. `away`: what ClickHouse says to the insert that waits; empty: none waits."""

    address: str
    error: str = ""
    silent: bool = False
    state: str = ""
    where: str = ""
    away: str = ""
    cause: str = ""
    """Of that, in a word."""
    committed_at: float = 0.0
    """Unix time of the last batch that was stored and committed; 0: none since it started."""
    now: float = 0.0
    unread: int = 0
    members: int | None = None
    """Of its group, wherever they are; None: Kafka does not say."""
    named: bool = True
    """Somebody says that it is there."""
    process: str = ""
    """What the machine says of it; empty: it is not on this machine, or not known."""
    last_words: str = ""
    started_s: float | None = None
    """How long ago the `up` that runs here started it; None: not known, or it is gone."""


def judge(seen: StoreSeen) -> list[Finding]:
    if seen.error:
        return [_absent(seen)]
    about = seen.where or seen.address
    if seen.away:
        return [_away(seen, about)]
    if seen.state != STORING:
        return [
            action(NAME, about, f"the store process is {seen.state}", "start what it waits for; its log says more, and"
                   " it goes on by itself")
        ]  # fmt: skip
    age = seen.now - seen.committed_at
    if seen.unread and seen.committed_at and age > OLD_S:
        told = f"answers, {seen.unread:,} records unread, the last batch was stored {duration(age)} ago"
        return [action(NAME, about, told, "restart the store process: it reads again from its commit")]
    last = f"the last batch {duration(age)} ago" if seen.committed_at else "no batch since it started"
    return [ok(NAME, about, f"storing, {last}")]


def _away(seen: StoreSeen, about: str) -> Finding:
    kept = "the batch is kept and sent again, Kafka holds the rest"
    if seen.cause == READ_ONLY:
        return action(
            NAME, about, f"takes no writes, it is read-only: {seen.away}",
            f"give RAPPORT_CLICKHOUSE a user that may insert (readonly=0), or repair the replica; {kept}."
            " docs/operations.md#rapportstorereadonly",
        )  # fmt: skip
    if seen.cause == FULL:
        return action(
            NAME, about, f"its disk is full: {seen.away}",
            f"make room there; {kept}. docs/operations.md#rapportstorediskfull",
        )  # fmt: skip
    return action(
        NAME, about, f"an insert waits: {seen.away}",
        f"start ClickHouse, or correct RAPPORT_CLICKHOUSE; {kept}, and alerts do not wait for it",
    )  # fmt: skip


def _absent(seen: StoreSeen) -> Finding:
    last = f"; {seen.process}" if seen.process else ""
    last += f"; its log ends: {seen.last_words}" if seen.last_words else ""
    if seen.silent:
        return action(
            NAME, seen.address, f"takes the connection and does not answer: it hangs{last}",
            "end it by force (kill -9) and start it: it reads again from its commit, rows collapse by id",
        )  # fmt: skip
    if seen.members != 0 and not seen.named:
        members = "perhaps members" if seen.members is None else number(seen.members, "member")
        return unchecked(
            NAME, seen.address, f"nothing there, where one would be; its group has {members} elsewhere",
            "run this where the store runs, or set RAPPORT_STORE_PORT",
        )  # fmt: skip
    if seen.started_s is not None and seen.started_s < STARTING_S:
        ago = duration(seen.started_s)
        return warning(
            NAME, seen.address, f"does not answer yet; `rapport up` started it {ago} ago{last}",
            "wait, and start no other: it answers when it has opened the archive",
        )  # fmt: skip
    return action(
        NAME, seen.address, f"does not answer ({seen.error}){last}",
        "start it: `rapport store` (`rapport up` does it by itself); Kafka holds what is unread",
    )  # fmt: skip
