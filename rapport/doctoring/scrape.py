"""The metrics of a process as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Scrape:
    """All samples of one answer of `/metrics`."""

    samples: tuple[tuple[str, Mapping[str, str], float], ...]

    def total(self, name: str, **wanted: str) -> float:
        """The sum over all labels, or over those that have the wanted values; 0 for a metric that is not there."""
        return sum(value for labels, value in self.of(name) if wanted.items() <= labels.items())

    def of(self, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
        return ((labels, value) for each, labels, value in self.samples if each == name)

    def has(self, name: str) -> bool:
        return any(True for _ in self.of(name))


def parse(text: str) -> Scrape:
    """ValueError for what is no exposition of metrics."""
    families = text_string_to_metric_families(text)
    return Scrape(tuple((s.name, s.labels, s.value) for family in families for s in family.samples))
