"""A month of the simulated shop: how many alerts a person gets a day, what was held back, and why."""

from __future__ import annotations

import io
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench.report import quantile
from producers.simulator.run import Simulation
from rapport.settings import Settings
from replay.run import run as replay
from schemas.records import Alert, AlertChange, Emitted, Shift, Signal
from schemas.wire import output_from_json
from sinks.frontline.pacing import Pacing
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge

SHARE: Final = 0.95
HELD: Final = ("held_out", "open_already", "gave_way", "no_way")
NOT_SENT: Final = ("same_case", "moment_passed", "case_over", "no_room")
_HEAD: Final = """\
# How many alerts a person gets

A month of the simulated shop, nobody of which acts on an alert, with one member of staff per {per} active customers.
Made by `python -m bench alerts --customers {customers} --days {days} --seed {seed} --out docs/alert-load.md`; the
rules are those of `knowledge/alerts.yaml` and [sinks/frontline/pacing.py](../sinks/frontline/pacing.py).
"""
_WHY: Final = """\

- **held_out**: the customer is in the hold-out of that signal (`knowledge/holdouts.yaml`; off by default).
- **open_already**: the matter's case is open for every team that would be told, and it has not got worse.
- **gave_way**: a small matter, and each team has something older of this customer open.
- **no_way**: there was nothing to do but ask the customer now, and no way to reach them was known.
- **same_case**: another person has the card of this case; it is open for two teams and needs one of them.
- **moment_passed**: the customer is no longer there, and there was no room when they were.
- **case_over**: it ended or expired while it waited its turn.
- **no_room**: it waited still when the month ended.

What is of severity error or critical goes out at once, whatever the day has brought. Quiet after firing has silenced
what would have been a signal before it is one; it is not counted here. Alerts of shifts stand under `shift`.
"""


def run(customers: int, days: int, seed: int, say: Callable[[str], None]) -> str:
    """The report as Markdown."""
    settings = Settings(identity_key="a secret of the benchmarks")
    knowledge = load(settings.knowledge)
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        file = Path(folder) / "month.jsonl"
        lines = list(Simulation(customers, days, seed).lines())
        file.write_bytes(b"\n".join(lines))
        active = len({_who(line) for line in lines} - {None})
        say(f"{len(lines):,} touchpoints of {active:,} active customers")
        out = io.BytesIO()
        replay([str(file)], settings, knowledge, out=out)
    outputs = [output_from_json(msgspec.json.decode(line)) for line in out.getvalue().splitlines()]
    return report(outputs, knowledge, active, _HEAD.format(
        per=knowledge.alerts.customers_a_member, customers=customers, days=days, seed=seed
    ))  # fmt: skip


def report(outputs: list[Emitted], knowledge: Knowledge, active: int, head: str) -> str:
    """What the engine said, what of it reached a person, and why the rest did not."""
    rules = knowledge.alerts
    members = max(1, round(active / rules.customers_a_member))
    paced, open_handed = (_paced(outputs, knowledge, members, a_day) for a_day in (rules.a_member_a_day, 1_000_000))
    loads = [sorted(count for day in each.days for count in day) for each in (open_handed, paced)]
    said: dict[str, Counter[str]] = defaultdict(Counter)
    names = _names(outputs)
    alerts = [each for each in outputs if isinstance(each, Alert)]
    for each in outputs:
        if isinstance(each, Signal):
            said[each.name]["signals"] += 1
            said[each.name][str(each.values.get("alert", ""))] += 1
    for alert in alerts:
        said[names.get(alert.signals[0], "shift")]["alerts"] += 1
        said[names.get(alert.signals[0], "shift")][paced.not_sent.get(alert.id, "sent")] += 1
    late = sum(alert.severity in ("error", "critical") for alert in alerts if alert.id in paced.not_sent
               and paced.not_sent[alert.id] != "same_case")  # fmt: skip
    at95, at95_paced = (quantile(each, SHARE) for each in loads)
    lines = [
        head,
        f"{active:,} active customers, {members} members, {len(paced.days)} days, {len(alerts):,} alerts to teams.\n",
        "| alerts a day and member | mean | 95th percentile | most |", "|---|--:|--:|--:|",
        _row("one card a case, without pacing", loads[0], at95), _row("as delivered", loads[1], at95_paced),
        f"\nWanted: at most {rules.a_member_a_day} at the 95th percentile. Error or critical and held back: {late}.\n",
        "## By signal\n", "| signal | signals | " + " | ".join(HELD) + " | alerts to teams | "
        + " | ".join(NOT_SENT) + " | sent |", "|---" + "|--:" * (len(HELD) + len(NOT_SENT) + 3) + "|",
        *_table(said),
        "\n## Why", _WHY,
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _paced(outputs: list[Emitted], knowledge: Knowledge, members: int, a_day: int) -> Pacing:
    pacing = Pacing(members, a_day, knowledge.company.time_zone)
    names = _names(outputs)
    for each in sorted((o for o in outputs if isinstance(o, Alert | AlertChange)), key=lambda each: each.at):
        if isinstance(each, Alert):
            pacing.alert(each, names.get(each.signals[0], "shift"))
        else:
            pacing.change(each)
    pacing.close()
    return pacing


def _names(outputs: list[Emitted]) -> dict[str, str]:
    names = {each.id: each.name for each in outputs if isinstance(each, Signal)}
    return names | {each.id: "shift" for each in outputs if isinstance(each, Shift)}


def _row(what: str, load: list[int], at95: float) -> str:
    return f"| {what} | {sum(load) / len(load):.1f} | {at95:.0f} | {load[-1]} |"


def _table(said: dict[str, Counter[str]]) -> Iterator[str]:
    columns = ("signals", *HELD, "alerts", *NOT_SENT, "sent")
    total: Counter[str] = Counter()
    for name, counts in sorted(said.items(), key=lambda each: (-each[1]["alerts"], each[0])):
        total += counts
        yield f"| `{name}` | " + " | ".join(f"{counts[column] or ''}" for column in columns) + " |"
    yield "| **all** | " + " | ".join(f"{total[column]:,}" for column in columns) + " |"


def _who(line: bytes) -> str | None:
    who: dict[str, str] = msgspec.json.decode(line).get("identifiers") or {}
    return who.get("customer_id") or who.get("device") or next(iter(who.values()), None)
