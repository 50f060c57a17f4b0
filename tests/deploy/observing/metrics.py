"""What the code serves, by name: the yardstick for rules, dashboards and the page about metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from prometheus_client.metrics import MetricWrapperBase

import producers.collector.metrics
import rapport.metrics
import sinks.frontline.metrics
import sinks.metrics
import streams.app.metrics

PROCESSES: Final[Mapping[str, ModuleType]] = {
    "Every process": rapport.metrics, "Collector": producers.collector.metrics, "Worker": streams.app.metrics,
    "Store": sinks.metrics, "Delivery": sinks.frontline.metrics,
}  # fmt: skip
FOREIGN: Final[Mapping[str, frozenset[str]]] = {
    "up": frozenset(), "process_start_time_seconds": frozenset(), "ALERTS": frozenset({"alertname", "alertstate"}),
}  # fmt: skip
"""Series that Prometheus makes, or its client for every process."""
SCRAPED: Final = frozenset({"job", "instance"})
"""Labels that scraping adds."""
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count"),
}  # fmt: skip
_SELECTED: Final = re.compile(r"([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\}|\[)")
_OURS: Final = re.compile(r"\brapport_\w+")
_LABEL: Final = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


@dataclass(frozen=True)
class Metric:
    """One family as it is served."""

    name: str
    kind: str
    labels: tuple[str, ...]
    says: str

    def series(self) -> dict[str, frozenset[str]]:
        """Its series, each with the labels that it has."""
        name = self.name.removesuffix("_total")
        return {
            name + suffix: frozenset({*self.labels, *(("le",) if suffix == "_bucket" else ())})
            for suffix in _SUFFIXES[self.kind]
        }


def served(module: ModuleType) -> list[Metric]:
    """The metrics that a module of names defines, in its order."""
    return [_metric(value) for value in vars(module).values() if isinstance(value, MetricWrapperBase)]


def all_series() -> dict[str, frozenset[str]]:
    ours = [metric.series() for module in PROCESSES.values() for metric in served(module)]
    return {name: labels for each in (*ours, FOREIGN) for name, labels in each.items()}


def unknown(expression: str) -> Iterator[str]:
    """What a PromQL expression asks for and nobody serves: series, and labels in its selectors."""
    series = all_series()
    for name in _OURS.findall(expression):
        if name not in series:
            yield name
    for name, selector in _SELECTED.findall(expression):
        if name not in series:
            yield name
        for label in _LABEL.findall(selector):
            if label not in series.get(name, frozenset()) | SCRAPED:
                yield f"{name}{{{label}}}"


def _metric(found: MetricWrapperBase) -> Metric:
    described = next(iter(found.describe()))
    name = described.name + ("_total" if described.type == "counter" else "")
    return Metric(name, described.type, tuple(found._labelnames), described.documentation)
