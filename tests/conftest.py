"""The services and data that tests need, and the last word on which groups ran."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.local import jars
from deploy.local.broker import Broker

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ("promtool", "kafka", "clickhouse", "node", "browser", "data", "slow")
PLAIN = "pure"
GROUPS_OF = "groups"
"""What a report says of the groups that its test is in, also from another process."""

settings.register_profile("rapport", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("explore", settings.get_profile("rapport"), derandomize=False, max_examples=3_000)
settings.load_profile(os.environ.get("RAPPORT_EXAMPLES", "rapport"))
"""The same examples each time, so that a change is judged by itself alone; `make explore` looks for new ones."""


def shared_folder() -> Path:
    """RAPPORT_SHARED_DATA, else ../shared/data beside the project."""
    return Path(os.environ.get("RAPPORT_SHARED_DATA") or ROOT.parent / "shared" / "data")


def lacking(group: str) -> str | None:
    """Why a group cannot run here, with the remedy; None if it can."""
    match group:
        case "kafka":
            return jars.available()
        case "clickhouse":
            named = os.environ.get("RAPPORT_TEST_CLICKHOUSE") or shutil.which("clickhouse-server")
            return None if named else "no clickhouse-server on this machine (Debian: apt-get install clickhouse-server)"
        case "promtool":
            found = shutil.which("promtool")
            return None if found else "no promtool on this machine (Debian: apt-get install prometheus)"
        case "node":
            found = shutil.which("node") and shutil.which("npm")
            return None if found else "no Node.js with npm on this machine (Debian: apt-get install nodejs npm)"
        case "browser":
            found = shutil.which("chromium")
            return None if found else "no Chromium on this machine (Debian: apt-get install chromium)"
        case "data":
            folder = shared_folder()
            return None if folder.is_dir() else f"{folder} is not there (set RAPPORT_SHARED_DATA)"
        case _:
            return None


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the mark in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pure tests first, what needs a service next, what takes long last; what cannot run is skipped, saying why."""
    reasons = {group: lacking(group) for group in GROUPS}
    for item in items:
        for group in groups_of(item):
            if reason := reasons.get(group):
                item.add_marker(pytest.mark.skip(reason=f"{group}: {reason}"))
        if found := groups_of(item):
            # A module in one worker of pytest-xdist: what it sets up is set up once.
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
        item.user_properties.append((GROUPS_OF, " ".join(found or [PLAIN])))
    items.sort(key=lambda item: max((GROUPS.index(group) + 1 for group in groups_of(item)), default=0))


def groups_of(item: pytest.Item) -> list[str]:
    return [group for group in GROUPS if item.get_closest_marker(group)]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of a broker that a module has alone: Rapport's topics have fixed names."""
    broker = Broker(tmp_path_factory.mktemp("kafka"), say=print, short_lived=True)
    broker.start()
    yield broker.bootstrap
    broker.stop()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the data sets. A test that asks for it is marked `data`."""
    if reason := lacking("data"):
        pytest.skip(f"data: {reason}")
    return shared_folder()


class Groups:
    """Counts what became of each group and, at the end, says so."""

    def __init__(self, required: tuple[str, ...]) -> None:
        self.required = required
        self.ran: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        groups = str(dict(report.user_properties)[GROUPS_OF]).split()
        if report.when == "call" and not report.skipped:
            self.ran.update(groups)
        elif report.skipped:
            text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            reason = text.removeprefix("Skipped: ")
            lacks, _, why = reason.partition(": ")
            for group in [lacks] if lacks in GROUPS else groups:
                self.skipped[group] += 1
                self.reasons.setdefault(group, why if lacks == group else reason)

    def missing(self) -> list[str]:
        """Required groups of which something was skipped, or nothing ran."""
        return [group for group in self.required if self.skipped[group] or not self.ran[group]]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.missing() and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("groups")
        for group in (PLAIN, *GROUPS):
            if self.ran[group] or self.skipped[group]:
                why = f" - {self.reasons[group]}" if self.skipped[group] else ""
                terminalreporter.line(f"{group}: {self.ran[group]} ran, {self.skipped[group]} skipped{why}")
        for group in self.missing():
            terminalreporter.line(f"FAILED: RAPPORT_REQUIRE names {group}, and it did not run whole", red=True)


def pytest_configure(config: pytest.Config) -> None:
    required = tuple(filter(None, os.environ.get("RAPPORT_REQUIRE", "").split(",")))
    unknown = [group for group in required if group not in (PLAIN, *GROUPS)]
    if unknown:
        raise pytest.UsageError(f"RAPPORT_REQUIRE: {unknown[0]} is no group; the groups are {', '.join(GROUPS)}")
    if not hasattr(config, "workerinput"):  # whoever reads the reports counts
        config.pluginmanager.register(Groups(required), "groups")
