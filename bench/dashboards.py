"""What the console asks of an archive of many touchpoints, beside the same without what the sink counts ahead.

The archive is made by ClickHouse itself, in time order as it would have come in; questions go
through the store's door, as the console's do. The yardstick counts the tables row by row, each once.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.report import Report, quantile
from console.pages import incidents, live, portfolio
from console.pages.spending import money
from rapport.history import History
from rapport.settings import PROJECT
from sinks.clickhouse.client import Reader, StoreError
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.hours import astray, statements
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.remote import RemoteStore
from sinks.store.sql import SqlServer
from streams.knowledge.load import load

DAYS: Final = 90
CUSTOMERS: Final = 300_000
BLOCK: Final = 1_000_000
WANTED_MS: Final = 200
_TOKEN: Final = "bench"
_DAY_MS: Final = 86_400_000

_TYPES: Final = (
    "'web.viewed', 'web.viewed', 'web.viewed', 'web.searched', 'cart.added', 'purchase.made', 'message.sent',"
    " 'chat.message', 'call.started', 'store.entered'"
)
_CHANNELS: Final = "'web', 'app', 'web', 'web', 'app', 'pos', 'email', 'chat', 'phone', 'camera'"
_AT: Final = "fromUnixTimestamp64Milli(toInt64({begin} + intDiv(number * {span}, {of})), 'UTC')"
_WHO: Final = f"concat('c', toString(intHash64(number) % {CUSTOMERS}))"
_PLACE: Final = "toInt64(number) AS offset, toUInt64(9223372036854775807 - number * 65536) AS precedence"
_TOUCHPOINTS: Final = f"""
INSERT INTO touchpoints (customer_id, occurred_at, event_id, type, channel, initiator, properties, timestamp, offset,
    precedence)
SELECT {_WHO}, {_AT} AS at, concat('e', toString(number)), [{_TYPES}][number % 10 + 1], [{_CHANNELS}][number % 10 + 1],
    if(number % 10 = 6, 'company', 'customer'), if(number % 10 = 6, '{{{{"purpose":"promo"}}}}', ''), at, {_PLACE}
FROM numbers({{first}}, {{n}})
"""
_RELATIONSHIPS: Final = "['complete_stranger', 'buddy', 'best_friend', 'fling', 'frenemy', 'ex_friend'][number % 6 + 1]"
_OUTPUTS: Final[Mapping[str, tuple[int, str]]] = {
    # A table, for how many touchpoints there is one row, and its own columns.
    "signals": (20, "['running_out', 'unanswered', 'arrival', 'plateau'][number % 4 + 1] AS name, 'info' AS severity"),
    "shifts": (60, f"{_RELATIONSHIPS} AS `from`, {_RELATIONSHIPS.replace('number', '(number + 1)')} AS `to`"),
    "alerts": (60, "['store', 'agent-desk', 'marketing'][number % 3 + 1] AS team"),
    "alert_changes": (
        20, "concat('o', toString(intDiv(number, 3))) AS alert_id, ['acknowledged', 'resolved', 'escalated']"
        "[number % 3 + 1] AS state",
    ),
    "customers": (6, f"{_RELATIONSHIPS} AS relationship"),
}  # fmt: skip

_NAMED: Final = re.compile(r" AS (\S+?)(?:,|$)")
_ROW_BY_ROW: Final = {
    "touchpoints": "SELECT intDiv(toUnixTimestamp64Milli(occurred_at), {step:Int64}) AS at, channel, count() AS n"
    " FROM touchpoints FINAL WHERE occurred_at > fromUnixTimestamp64Milli({a:Int64})"
    " AND occurred_at <= fromUnixTimestamp64Milli({b:Int64}) GROUP BY at, channel",
    "newest": "SELECT max(timestamp) AS at FROM touchpoints WHERE occurred_at > now() - INTERVAL 1 DAY",
    "types": "SELECT relationship, count() AS n FROM customers_now GROUP BY relationship",
    "contacts": "SELECT countIf(type = 'message.sent' AND visitParamExtractString(properties, 'purpose') = 'promo')"
    " AS n FROM touchpoints FINAL WHERE occurred_at > now() - INTERVAL 7 DAY",
}  # fmt: skip
"""The yardstick of what is asked of the hours; all else is asked row by row anyway."""


class _Asked(NamedTuple):
    page: str
    name: str
    ours: Callable[[], object]
    plain: Callable[[], object] | None


def run(touchpoints: int, rounds: int, say: Callable[[str], None]) -> Report:
    """Medians of `rounds`, in milliseconds; the yardstick once."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder, _served(Path(folder)) as (store, door):
        began = time.monotonic()
        end = int(time.time() * 1000)
        _fill(store, touchpoints, end, say)
        filled = time.monotonic()
        hours = astray(store)
        for statement in statements(hours):
            store.execute(statement)
        say(f"{len(hours):,} hours made in {time.monotonic() - filled:.0f} s, all in {filled - began:.0f} s before")
        one = min(hours, key=lambda hour: abs(hour - (end - _DAY_MS)))
        asked = [*_questions(door, end), _Asked("sink", "one hour anew", lambda: _make(store, one), None)]
        lines = [_measured(each, rounds, say) for each in asked]
    facts = {f"{page}.{name}": {"wall_ms": wall, "cpu_ms": used, "plain_cpu_ms": plain}
             for page, name, wall, used, plain, _ in lines}  # fmt: skip
    return Report(
        f"{touchpoints:,} touchpoints of {CUSTOMERS:,} customers in {DAYS} days; milliseconds of {rounds} askings",
        ("page", "question", "of the clock", "of processors", "row by row, of processors", "row by row / ours"),
        lines, {"touchpoints": touchpoints, "rounds": rounds, **facts}, [f"wanted: at most {WANTED_MS} ms"],
    )  # fmt: skip


@contextmanager
def _served(folder: Path) -> Iterator[tuple[EmbeddedStore, RemoteStore]]:
    store = EmbeddedStore(folder / "clickhouse")
    migrate(store)
    server = SqlServer(0, _TOKEN, store, lambda: {"well": True})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield store, RemoteStore(server.port, _TOKEN)
    finally:
        server.shutdown()
        server.server_close()
        store.close()


def _fill(store: EmbeddedStore, touchpoints: int, end: int, say: Callable[[str], None]) -> None:
    # Merging would take longer than all the rest. Parts stay as they came, each of a short time, which ClickHouse
    # then leaves out of a window: that is the best case of counting row by row.
    store.execute("SYSTEM STOP MERGES")
    span = {"begin": end - DAYS * _DAY_MS, "span": DAYS * _DAY_MS}
    for first in range(0, touchpoints, BLOCK):
        n = min(BLOCK, touchpoints - first)
        store.execute(_TOUCHPOINTS.format(first=first, n=n, of=touchpoints, **span))
        say(f"{first + n:,} touchpoints")
    for table, (every, columns) in _OUTPUTS.items():
        of = touchpoints // every
        at = _AT.format(of=of, **span)
        names = ", ".join(_NAMED.findall(columns))
        store.execute(
            f"INSERT INTO {table} (customer_id, at, id, cause_offset, precedence, {names}) SELECT {_WHO}, {at},"
            f" concat('o', toString(number)), toInt64(number), toUInt64(number), {columns} FROM numbers({of})"
        )


def _questions(door: RemoteStore, end: int) -> Iterator[_Asked]:
    rates = money(load(PROJECT / "knowledge"))
    for window in ("15m", "1d", "7d"):
        length = live.WINDOWS[window] * 60_000
        facts = {"a": end - length, "b": end, "step": length // live.STEPS} | incidents.ASKING | rates
        for name, sql in live.questions(facts["step"]).items():
            yield _Asked(f"live {window}", name, *_both(door, name, sql, facts))
    month = {"a": end - portfolio.DAYS * _DAY_MS, "b": end, "step": _DAY_MS} | rates
    for name, sql in portfolio.QUESTIONS.items():
        yield _Asked("portfolio", name, *_both(door, name, sql, month))
    history, customers = History(door), iter(range(1_000))
    yield _Asked("customer", "all of one", lambda: history.customer(f"c{next(customers) * 277}"), None)


def _both(
    door: Reader, name: str, sql: str, facts: dict[str, Any]
) -> tuple[Callable[[], object], Callable[[], object] | None]:
    plain = _ROW_BY_ROW.get(name)
    return partial(door.query, sql, facts), None if plain is None else partial(door.query, plain, facts)


def _make(store: EmbeddedStore, hour: int) -> None:
    for statement in statements([hour]):
        store.execute(statement)


def _measured(asked: _Asked, rounds: int, say: Callable[[str], None]) -> tuple[str, str, float, float, Any, Any]:
    taken = [_cost(asked.ours) for _ in range(rounds)]
    wall, used = (quantile(sorted(column), 0.5) for column in zip(*taken, strict=True))
    plain = None if asked.plain is None else _plainly(asked.plain)
    say(f"{asked.page} {asked.name}: {wall:.0f} ms, {used:.0f} of a processor; row by row {plain}")
    ratio = plain / used if isinstance(plain, float) else None
    return asked.page, asked.name, wall, used, plain, ratio


def _plainly(ask: Callable[[], object]) -> float | str:
    try:
        return _cost(ask)[1]
    except StoreError:
        return "over 10 s"


def _cost(do: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds that passed, and of processors that were used: by the engine, its door and who asks, all in here."""
    started, used = time.perf_counter(), time.process_time()
    do()
    return (time.perf_counter() - started) * 1000, (time.process_time() - used) * 1000
