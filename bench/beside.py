"""The count of `bench count` beside what others need for the same topic, on one broker, in one run.

The peers do less: stock Faust, Quix Streams, Bytewax and Kafka Streams count a key in their state
and write no outputs, the bare loop of aiokafka counts keys in memory and keeps nothing.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgspec

from bench.count import CPU
from bench.line import Line, Stopped
from bench.peers import others, streams
from bench.pipeline import Run, peer, peer_by
from bench.rawlog import RawLog
from bench.report import Cell, Report
from schemas.codec import encode_touchpoint
from schemas.keys import partition_for
from schemas.records import Touchpoint
from schemas.wire import touchpoint_to_json

PARTITIONS: Final = 4
KEYS: Final = 20_000
AVRO, JSON, FEW = "beside.avro", "beside.json", "beside.few"
OURS, OURS_JSON = "rapport count, Avro", "rapport count, JSON"
FAUST, BARE = "stock Faust, count in a table", "bare aiokafka loop, nothing kept"
WANTED: Final = {FAUST: 40.0, BARE: 0.8}
WITHIN_S: Final = 300.0


def run(records: int, few: int, rounds: int, say: Callable[[str], None]) -> Report:
    """Each in every round once, in an order drawn anew."""
    found = list(_purchases(records))
    python = others.interpreter(say)
    beside = others.MODULES if python else {}
    with Line(PARTITIONS, "driven", say) as line:
        java = streams.command(line.folder / "streams", say)
        passes = streams.PASSES if java else {}
        done: dict[str, list[Run]] = {name: [] for name in (OURS, OURS_JSON, *beside, *passes, FAUST, BARE)}
        line.make(AVRO, JSON, FEW)
        line.load(AVRO, _log(found, encode_touchpoint))
        line.load(JSON, _log(found, lambda each: msgspec.json.encode(touchpoint_to_json(each))))
        line.load(FEW, _log(found[:few], encode_touchpoint))
        for number in range(rounds):
            runs: dict[str, Callable[[str], Run]] = {
                OURS: lambda mark: _ours(line, "avro", AVRO, records, mark),
                OURS_JSON: lambda mark: _ours(line, "json", JSON, records, mark),
                FAUST: lambda mark: peer(line, "faust_count", FEW, few, say, mark),
                BARE: lambda mark: peer(line, "aiokafka_count", AVRO, records, say, mark),
            }
            for name, module in beside.items():
                runs[name] = partial(_other, line, module, records, str(python), say)
            for name, many in passes.items():
                runs[name] = partial(_streams, line, [*(java or ()), str(many)], records, f"peer-streams-{many}")
            for name in random.sample(list(runs), len(runs)):
                each = runs[name](f"-{number}")
                done[name].append(each)
                say(f"round {number + 1}: {name}: {each.per_wall_s:,.0f} a second, {each.per_cpu_s:,.0f} a CPU-second")
    return _report(done, records)


def _purchases(count: int) -> Iterator[Touchpoint]:
    for number in range(count):
        yield Touchpoint(
            event_id=f"e{number:012d}", type="purchase.made", occurred_at=1_780_000_000_000 + number,
            occurred_offset=0, channel="web", initiator="customer", customer_id=f"c{number * 7919 % KEYS}",
            location_id="store-1", amount=12.5, currency="EUR", properties='{"page":"/pricing","ref":"mail"}',
        )  # fmt: skip


def _log(found: list[Touchpoint], encode: Callable[[Touchpoint], bytes]) -> RawLog:
    log: list[list[tuple[bytes, bytes]]] = [[] for _ in range(PARTITIONS)]
    for each in found:
        key = (each.customer_id or "").encode()
        log[partition_for(key, PARTITIONS)].append((key, encode(each)))
    return RawLog(log, len(found))


def _ours(line: Line, form: str, topic: str, records: int, mark: str) -> Run:
    """From FIRST to LAST, by the command that anybody can type."""
    name = f"count-{form}{mark}"
    words = [
        "--bootstrap", line.settings.kafka, "--topic", topic, "--out", f"{name}-out", "--n", str(records),
        "--group", name, "--state", str(line.folder / name), "--format", form,
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench", "count", *words], capture_output=True, text=True, check=False, timeout=WITHIN_S
    )
    if done.returncode:
        raise Stopped(f"{name} ended ({done.returncode})\n{done.stderr[-2000:]}")
    said = dict(each.split() for each in done.stdout.splitlines() if each.startswith(("FIRST", "LAST")))
    (cpu_s,) = (line.split()[0] for line in done.stderr.splitlines() if line.endswith(CPU))
    return Run(records, float(cpu_s), float(said["LAST"]) - float(said["FIRST"]))


def _other(line: Line, module: str, records: int, python: str, say: Callable[[str], None], mark: str) -> Run:
    return peer(line, module, AVRO, records, say, mark, python)


def _streams(line: Line, command: list[str], records: int, name: str, mark: str) -> Run:
    return peer_by(line, command, name + mark, AVRO, records)


def _report(runs: dict[str, list[Run]], records: int) -> Report:
    rates = {name: [each.per_wall_s for each in found] for name, found in runs.items()}
    by_cpu = {name: [each.per_cpu_s for each in found] for name, found in runs.items()}
    medians = {name: statistics.median(found) for name, found in rates.items()}
    lines: list[list[Cell]] = [
        [
            name, medians[name], min(found), max(found), medians[OURS] / medians[name],
            medians[OURS_JSON] / medians[name], statistics.median(by_cpu[name]),
        ]
        for name, found in rates.items()
    ]  # fmt: skip
    notes = [
        f"{records:,} purchases of {KEYS:,} customers on {PARTITIONS} partitions",
        *(f"wanted: {much} x {name}; reached {medians[OURS] / medians[name]:.2f} x" for name, much in WANTED.items()),
    ]
    columns = ("records a second", "median", "least", "most", "Avro / this", "JSON / this", "a CPU-second")
    facts = {"rates": rates, "rates_by_cpu": by_cpu, "wanted": WANTED}
    return Report("count beside peers", columns, lines, facts, notes)
