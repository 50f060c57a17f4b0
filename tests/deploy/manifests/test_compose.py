"""The Compose file, held to the specification and to the program. No engine runs here: it is read, not started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.local.jars import KAFKA
from rapport.settings import read
from streams.app.worker import START_SECONDS, STOP_SECONDS
from tests.deploy.manifests.reading import COMPOSE, PINNED, SETTINGS, VERBS, compose, ours
from tests.streams.app.test_health import ask, door_of

FILE = compose()
SERVICES: dict[str, dict[str, Any]] = FILE["services"]


def seconds(text: str) -> float:
    assert text.endswith("s")
    return float(text[:-1])


def test_it_is_what_the_specification_calls_a_compose_file() -> None:
    plain = {name: value for name, value in FILE.items() if not name.startswith("x-")}
    PyCompose.from_yaml(yaml.safe_dump(plain))
    with pytest.raises(ValueError, match="imagee"):
        PyCompose.from_yaml(yaml.safe_dump(plain | {"services": {"kafka": {"imagee": "x"}}}))


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_and_every_service_bounded(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.fullmatch(service["image"].partition(":")[2])
    assert service["restart"]
    if name != "init":
        assert service["deploy"]["resources"]["limits"]["memory"]


def test_the_broker_is_the_version_that_is_tested_here() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA}"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_needs_is_there(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", ())) <= set(SERVICES)
    assert set(service.get("secrets", ())) <= set(FILE["secrets"])
    for mount in service.get("volumes", ()):
        source = mount.split(":")[0]
        if source.startswith("."):
            assert (COMPOSE.parent / source).is_dir(), source
        else:
            assert source in FILE["volumes"]
    for needed, how in (
        dict(service.get("depends_on") or {}).items() if isinstance(service.get("depends_on"), dict) else ()
    ):
        if how["condition"] == "service_healthy":
            assert SERVICES[needed]["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", ours())
def test_our_services_run_commands_that_exist_with_settings_that_exist(name: str, tmp_path: Path) -> None:
    service = ours()[name]
    assert service["command"][0] in VERBS
    environment: dict[str, str] = service["environment"]
    assert set(environment) <= SETTINGS
    for variable, value in environment.items():
        if variable.endswith("_FILE"):
            secret = Path(value)
            assert secret.parent == Path("/run/secrets")
            assert secret.name in service["secrets"]
            (tmp_path / secret.name).write_text("s3cret")
            environment = environment | {variable: str(tmp_path / secret.name)}
    found = read(environment, tmp_path)
    assert found.kafka.split(":")[0] in SERVICES
    assert (found.identity_key, found.store_token, found.clickhouse_password) == ("s3cret",) * 3


@pytest.mark.parametrize("name", ours())
def test_our_services_can_do_nothing_but_their_work(name: str) -> None:
    service = ours()[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]
    assert [mount.split(":")[1] for mount in service["volumes"]] == ["/data"]


def test_workers_have_names_and_time_to_finish() -> None:
    workers = {name: each for name, each in ours().items() if each["command"] == ["worker"]}
    assert {each["environment"]["RAPPORT_INSTANCE"] for each in workers.values()} == set(workers)
    for each in workers.values():
        assert seconds(each["stop_grace_period"]) > STOP_SECONDS
        assert seconds(each["healthcheck"]["start_period"]) > START_SECONDS


def test_health_is_asked_where_it_is_answered() -> None:
    settings = read({}, Path("/nonexistent"))
    ports = {
        "worker": settings.metrics_port, "store": settings.store_port, "collect": settings.collector_port,
        "console": settings.console_port, "deliver": settings.delivery_port,
    }  # fmt: skip
    for service in ours().values():
        if "healthcheck" in service:
            (url,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", service["healthcheck"]["test"][-1])
            assert url == (str(ports[service["command"][0]]), "/health")
    with door_of("running") as door:
        assert ask(door, "/health")[0] == 200


def test_prometheus_looks_at_every_process() -> None:
    targets = [
        target
        for file in ("workers", "store", "collector", "console", "deliver")
        for group in yaml.safe_load((COMPOSE.parent / "targets" / f"{file}.yml").read_text())
        for target in group["targets"]
    ]
    ports = {"store": 8181, "collector": 8282, "console": 8383, "deliver": 8484}
    expected = [f"{name}:{ports.get(name, 9464)}" for name in ours() if name not in ("init", "mail")]
    assert sorted(targets) == sorted(expected)
