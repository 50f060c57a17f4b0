"""Pure rooms stay pure: what decides results knows no transport, no store, no clock, no chance and no log lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PURE: tuple[str, ...] = (
    "schemas",
    "streams/customers",
    "streams/engine",
    "streams/relationships",
    "streams/signals",
    "streams/alerts",
    "streams/contacts",
    "streams/identity",
    "streams/knowledge",
    "streams/trends",
    "streams/texts",
)
READERS: frozenset[str] = frozenset({
    "schemas/topics.py", "schemas/registry.py", "schemas/catalogue.py", "streams/knowledge/load.py",
})  # fmt: skip
"""They read the files that come with the program, before anything flows."""

FORBIDDEN_MODULES: frozenset[str] = frozenset({
    "aiohttp", "aiokafka", "asyncio", "chdb", "clickhouse_driver", "faust", "http", "kafka", "logging", "mode", "os",
    "prometheus_client", "random", "secrets", "socket", "sqlite3", "structlog", "subprocess", "threading", "time",
    "urllib", "uuid",
})  # fmt: skip
FORBIDDEN_CALLS: frozenset[str] = frozenset({
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "open", "print", "input",
    "Path.home", "Path.cwd",
})  # fmt: skip
WRITES: frozenset[str] = frozenset({"write_text", "write_bytes"})
READS: frozenset[str] = frozenset({"read_text", "read_bytes"})
ROOMS_OF_TRANSPORT: tuple[str, ...] = (
    "streams.app", "sinks", "producers", "rapport", "replay", "deploy", "bench",
)  # fmt: skip


def modules() -> list[Path]:
    return sorted(path for room in PURE for path in (ROOT / room).rglob("*.py"))


def impurities(source: str, may_read: bool = False) -> Iterator[tuple[int, str]]:
    """Line and name of everything in `source` that has no place in a pure room."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names):
                found = [module, *(f"{module}.{alias.name}" for alias in names)]
            case ast.Call(func=func):
                called = ast.unparse(func)
                methods = FORBIDDEN_CALLS | WRITES | (frozenset() if may_read else READS)
                if called in FORBIDDEN_CALLS or any(called.endswith(f".{call}") for call in methods):
                    yield node.lineno, f"{called}()"
                continue
            case _:
                continue
        for name in found:
            if name.split(".")[0] in FORBIDDEN_MODULES or _within(name, ROOMS_OF_TRANSPORT):
                yield node.lineno, name
                break


def _within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_room_imports_nothing_of_the_world(module: Path) -> None:
    may_read = str(module.relative_to(ROOT)) in READERS
    found = [f"{module.relative_to(ROOT)}:{line}: {name}" for line, name in impurities(module.read_text(), may_read)]
    assert not found, f"pure rooms know no {', '.join(found)}"


def test_every_pure_room_was_looked_at() -> None:
    missing = [room for room in PURE if not any((ROOT / room).rglob("*.py"))]
    assert not missing


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import time", ["time"], id="a module"),
        pytest.param("from kafka.errors import KafkaError", ["kafka.errors"], id="part of a library"),
        pytest.param("from streams import app", ["streams.app"], id="a room of the transport by its parent"),
        pytest.param("def f():\n    import random", ["random"], id="an import inside a function"),
        pytest.param("from datetime import datetime\nx = datetime.now()", ["datetime.now()"], id="the clock"),
        pytest.param("import datetime as d\nx = d.datetime.now()", ["d.datetime.now()"], id="the clock in full"),
        pytest.param("x = path.read_text()", ["path.read_text()"], id="a file"),
        pytest.param("x = read_text(section)", [], id="a function of that name"),
        pytest.param("from datetime import datetime\nx = datetime.fromtimestamp(0)", [], id="a given moment"),
        pytest.param("from streams.engine import Engine", [], id="a pure room"),
        pytest.param("from timeline import x", [], id="a name that only begins alike"),
    ],
)
def test_the_watchman_sees(source: str, expected: list[str]) -> None:
    assert [name for _, name in impurities(source)] == expected
