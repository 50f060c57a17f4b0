"""Do the workers answer, work, and have their states? Do all go by the knowledge that was activated?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, number, ok, unchecked, warning
from rapport.doctoring.scrape import Scrape

NAME: Final = "worker"
RECOVERY: Final = "recovery"
KNOWLEDGE: Final = "knowledge"

RECORDS: Final = "rapport_records_total"
LAG: Final = "rapport_lag_records"
PARTITIONS: Final = "rapport_partitions"
RECOVERED: Final = "rapport_recovery_records_total"
VERSION: Final = "rapport_knowledge_info"
"""Names of `streams/app/metrics.py`; a test holds them to it."""
HEARTBEAT: Final = "rapport_heartbeat_timestamp_seconds"
"""Set once a second by the loop that does the work; an older worker lacks it."""
STILL_S: Final = 10.0
STARTING_S: Final = 60.0
"""So long one that does not answer yet may still be starting, on a slow machine."""

_END: Final = (
    "end it by force (kill -9 of its process; in a cluster its probe does): others take its partitions over after"
    " RAPPORT_SESSION_TIMEOUT_S and read again from the commit. docs/operations.md#rapportworkerhung"
)


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker at its address, in two looks. `named`: somebody says that it is there."""

    name: str
    address: str
    first: Scrape | None = None
    second: Scrape | None = None
    error: str = ""
    silent: bool = False
    """It takes the connection and says nothing."""
    process: str = ""
    """What the machine says of it, `process 12 is stopped`; empty: it is not on this machine, or not known."""
    last_words: str = ""
    """Why it stopped last, from its log; empty: nothing is known."""
    named: bool = True
    at: float = 0.0
    """Unix time of the second look."""
    supervised: bool = False
    """An `up` that runs here has started it, and starts it again."""
    started_s: float | None = None
    """How long ago that was; None: not known, or it is gone."""


def judge(seen: WorkerSeen, members: int | None) -> list[Finding]:
    """Unless the workers' group has no `members` (None: unknown), one at a guessed address may be elsewhere."""
    if seen.second is None:
        return [_absent(seen, members)]
    return [_working(seen), _recovery(seen)]


def knowledge(workers: Sequence[WorkerSeen], active: str | None) -> list[Finding]:
    """Each worker against the version that was put into the log last."""
    answering = [(each, each.second) for each in workers if each.second is not None]
    if active is None:
        return [action(KNOWLEDGE, "knowledge.v1", "no knowledge is activated", "`rapport init` activates the first")]
    if not answering:
        return [unchecked(KNOWLEDGE, active, "no worker answers", "see the findings on workers")]
    found = [finding for each, scrape in answering if (finding := _by(each, scrape, active))]
    return found or [ok(KNOWLEDGE, active, f"active, and obeyed by {number(len(answering), 'worker')}")]


def _absent(seen: WorkerSeen, members: int | None) -> Finding:
    process = f"; {seen.process}" if seen.process else ""
    last = f"; its log ends: {seen.last_words}" if seen.last_words else ""
    if seen.silent:
        return action(
            NAME, seen.name, f"{seen.address} takes the connection and does not answer: it hangs{process}{last}",
            _END,
        )  # fmt: skip
    if not seen.named and members != 0:
        return unchecked(
            NAME, seen.name, f"nothing at {seen.address}; the group has {_count(members)} elsewhere",
            "name the workers: `rapport doctor --worker HOST:PORT` (their RAPPORT_METRICS_PORT)",
        )  # fmt: skip
    if seen.started_s is not None and seen.started_s < STARTING_S:
        ago = duration(seen.started_s)
        return warning(
            NAME, seen.name, f"nothing answers at {seen.address} yet; `rapport up` started it {ago} ago{process}{last}",
            "wait, and start no other: it answers when it has read its knowledge, and then reads its states back",
        )  # fmt: skip
    if seen.supervised:
        return action(
            NAME, seen.name, f"nothing answers at {seen.address} ({seen.error}){process}{last}",
            "`rapport up` starts it by itself, after a pause that grows to 30 s: start no other; what its log ends with"
            " names cause and remedy",
        )  # fmt: skip
    return action(
        NAME, seen.name, f"nothing answers at {seen.address} ({seen.error}){process}{last}",
        "start it: `rapport worker` (`rapport up` does it by itself, after a pause that grows to 30 s); what its log"
        " ends with names cause and remedy",
    )  # fmt: skip


def _count(members: int | None) -> str:
    return "perhaps members" if members is None else number(members, "member")


def _working(seen: WorkerSeen) -> Finding:
    assert seen.second is not None
    silence = seen.at - seen.second.total(HEARTBEAT) if seen.second.has(HEARTBEAT) else 0.0
    if silence > STILL_S:
        return action(
            NAME, seen.name, f"answers, and its loop has not turned for {duration(silence)}: it hangs{_said(seen)}",
            _END,
        )  # fmt: skip
    done = seen.second.total(RECORDS) - (seen.first.total(RECORDS) if seen.first else 0.0)
    lag = seen.second.total(LAG)
    was = seen.first.total(LAG) if seen.first else 0.0
    if lag and was and not done and not _recovering(seen.second):
        return action(
            NAME, seen.name, f"answers, has {lag:,.0f} records to do, and did none between two looks{_said(seen)}",
            f"read its log: it says what it waits for (Kafka, knowledge); if nothing, {_END}",
        )  # fmt: skip
    return ok(NAME, seen.name, f"answers at {seen.address}; {done:,.0f} records between two looks, {lag:,.0f} to do")


def _said(seen: WorkerSeen) -> str:
    return f"; {seen.process}" if seen.process else ""


def _recovery(seen: WorkerSeen) -> Finding:
    assert seen.second is not None
    if not seen.second.has(PARTITIONS):
        return unchecked(
            RECOVERY, seen.name, f"it has no metric {PARTITIONS}: an older version",
            "finish the rolling change, then look again",
        )  # fmt: skip
    now, read = _recovering(seen.second), seen.second.total(RECOVERED)
    if not now:
        return ok(RECOVERY, seen.name, f"ready; {read:,.0f} states read back at its assignments")
    before = seen.first.total(RECOVERED) if seen.first else 0.0
    if seen.first is not None and _recovering(seen.first) and read <= before:
        return action(
            RECOVERY, seen.name, f"reads the states of {now:.0f} partitions back and got none between two looks",
            "it gives up after a minute without a record and starts afresh; if that comes again, look at the brokers of"
            " rapport.states.v1 (findings on broker and topics)",
        )  # fmt: skip
    return warning(
        RECOVERY, seen.name, f"reads the states of {now:.0f} partitions back, {read:,.0f} records so far",
        "wait: its partitions stand still meanwhile, and catch up",
    )  # fmt: skip


def _recovering(scrape: Scrape) -> float:
    return scrape.total(PARTITIONS, state="recovering")


def _by(worker: WorkerSeen, scrape: Scrape, active: str) -> Finding | None:
    others = sorted(
        {labels["version"] for labels, value in scrape.of(VERSION) if value and labels["version"] != active}
    )
    if others:
        return action(
            KNOWLEDGE, worker.name, f"goes by {', '.join(others)}, last put into the log was {active}",
            "a partition obeys its own log: with records unread wait for it; else the activation itself is missing:"
            " `rapport knowledge activate` (again, it is harmless)",
        )  # fmt: skip
    if not scrape.has(VERSION):
        return unchecked(
            KNOWLEDGE, worker.name, f"it has no metric {VERSION}: no partition yet, or an older version",
            "look again when it has partitions",
        )  # fmt: skip
    return None
