"""Rules, dashboards and the page about metrics speak of what is served, and every rule fires in its fault."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.deploy.observing.metrics import PROCESSES, served, unknown

ROOT = Path(__file__).parents[3]
PROMETHEUS, GRAFANA = ROOT / "deploy" / "prometheus", ROOT / "deploy" / "grafana"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
CASES = PROMETHEUS / "tests" / "rapport.yml"
ALERT = re.compile(r'alertname="(\w+)"')
WANTED = {
    "RapportPoisonFlood", "RapportWrongSchema", "RapportStoreDiskFull", "RapportBrokerAway", "RapportWorkerHung",
    "RapportClockSkew", "RapportGroupStuck", "RapportRetentionNear", "RapportStoreReadOnly",
    "RapportCertificateExpires", "RapportAlertsLate", "RapportStageStale",
}  # fmt: skip
"""Faults that must not go unseen."""


def rules() -> list[dict[str, Any]]:
    files = sorted((PROMETHEUS / "rules").glob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(CASES.read_text())["tests"]
    return found


def panels(dashboard: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for panel in json.loads(dashboard.read_text())["panels"]:
        yield f"{dashboard.name}: {panel['title']}", panel


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule['alert']} {rule['labels']['severity']}")
def test_a_rule_judges_what_is_served_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert not list(unknown(rule["expr"]))
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"


def test_every_fault_that_must_be_seen_has_a_rule() -> None:
    assert {rule["alert"] for rule in rules()} >= WANTED


@pytest.mark.parametrize("name", sorted({rule["alert"] for rule in rules()}))
def test_every_rule_fires_in_a_case_that_begins_without_it(name: str) -> None:
    firing = [case for case in cases() if any(name in fires(look) for look in case["promql_expr_test"])]
    assert firing, f"no case in {CASES.name} lets {name} fire"
    assert all(not fires(case["promql_expr_test"][0]) for case in firing)


def fires(look: dict[str, Any]) -> list[str]:
    return [name for sample in look["exp_samples"] for name in ALERT.findall(sample["labels"])]


def test_the_cases_are_made_of_series_that_are_served() -> None:
    series = [each["series"] for case in cases() for each in case["input_series"]]
    assert [name for each in series for name in unknown(each)] == []


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_shows_what_is_served(dashboard: Path) -> None:
    wrong = {where: bad for where, panel in panels(dashboard) for target in panel["targets"]
             if (bad := list(unknown(target["expr"])))}  # fmt: skip
    assert wrong == {}


def test_dashboards_are_told_apart_and_use_the_provisioned_source() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/rapport.yml").read_text())["datasources"]
    assert len({json.loads(each.read_text())["uid"] for each in DASHBOARDS}) == len(DASHBOARDS) == 3
    used = {panel["datasource"]["uid"] for dashboard in DASHBOARDS for _, panel in panels(dashboard)}
    assert used == {source["uid"]}


def test_every_metric_is_judged_or_shown() -> None:
    shown = [target["expr"] for each in DASHBOARDS for _, panel in panels(each) for target in panel["targets"]]
    text = "\n".join([*shown, *(rule["expr"] for rule in rules())])
    idle = [metric.name for module in PROCESSES.values() for metric in served(module)
            if not any(re.search(rf"\b{name}\b", text) for name in metric.series())]  # fmt: skip
    assert idle == []


@pytest.mark.parametrize(("where", "module"), PROCESSES.items())
def test_the_page_lists_what_is_served(where: str, module: ModuleType) -> None:
    section = (ROOT / "docs/metrics.md").read_text().split(f"## {where}\n")[1].split("\n## ")[0]
    found = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in section.splitlines() if "| `" in line]
    expected = [
        (f"`{each.name}`", each.kind, " ".join(f"`{label}`" for label in each.labels), each.says)
        for each in served(module)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("sum(rapport_lag_records)", [], id="a gauge"),
        pytest.param("rate(rapport_records_total[5m])", [], id="a counter"),
        pytest.param("rapport_records[5m]", ["rapport_records", "rapport_records"], id="a counter without its ending"),
        pytest.param('rapport_chunk_seconds_bucket{le="1", station="x"}', [], id="a bucket"),
        pytest.param('rapport_lag_records{stage="x"}', ["rapport_lag_records{stage}"], id="a label that it lacks"),
        pytest.param('upp{job="x"} == 0', ["upp"], id="a foreign name misspelt"),
    ],
)
def test_the_watchman_sees(expression: str, expected: list[str]) -> None:
    assert list(unknown(expression)) == expected


@pytest.mark.promtool
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("check", "config", str(PROMETHEUS / "prometheus.yml")), id="the configuration holds"),
        pytest.param(("test", "rules", str(CASES)), id="the rules fire in their faults, and no others"),
    ],
)
def test_promtool_agrees(words: tuple[str, ...]) -> None:
    done = subprocess.run(("promtool", *words), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout + done.stderr
