"""Replay can't reach anyone: nothing that it imports can send."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("bench", "deploy", "producers", "rapport", "replay", "schemas", "sinks", "streams")
FORBIDDEN = ("producers", "streams.app", "faust", "aiokafka", "confluent_kafka", "kafka.producer")
FROM_KAFKA = {"KafkaConsumer", "TopicPartition", "KafkaError"}
"""All that may be taken from kafka-python."""
TO_LOG_IN = ("aiokafka.conn", "aiokafka.errors")
"""A connection, by which `rapport.reaching` asks whether a login is refused; it has no producer."""


def test_nothing_reachable_from_replay_can_send() -> None:
    reached: dict[str, set[str]] = {}
    waiting = [_module(path) for path in (ROOT / "replay").rglob("*.py")]
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached[module] = set(_imports(module))
        waiting += [name for name in reached[module] if _file(name) is not None]
    assert "streams.engine.engine" in reached
    for module, names in reached.items():
        for name in names:
            allowed = module == "rapport.reaching" and name.startswith(TO_LOG_IN)
            assert allowed or not name.startswith(FORBIDDEN), f"{module} imports {name}"
            if name.startswith("kafka."):
                assert name.rpartition(".")[2] in FROM_KAFKA or name == "kafka.errors", f"{module} imports {name}"


def _imports(module: str) -> Iterator[str]:
    path = _file(module)
    assert path is not None
    yield from _parents(module)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{module}: a relative import hides where it leads"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts)))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _file(module: str) -> Path | None:
    if module.split(".", maxsplit=1)[0] not in OURS:
        return None
    base = ROOT / Path(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
