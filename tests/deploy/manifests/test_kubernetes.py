"""The Kubernetes manifests, held to the cluster's own schemas and to the program. No cluster runs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from rapport.settings import Settings, read
from streams.app.worker import START_SECONDS, STOP_SECONDS
from tests.deploy.manifests.reading import (
    BASE,
    EXAMPLE,
    PINNED,
    SETTINGS,
    VERBS,
    kustomization,
    literals,
    objects,
    pods,
)

OBJECTS = [*objects(BASE), *objects(EXAMPLE)]
VERSIONS = ("1.30", kubernetes_validate.latest_version())
PODS = pods()
DOORS = {"worker": ("/health", "/metrics"), "store": ("/health", "/metrics", "/sql")} | dict.fromkeys(
    ("console", "deliver"), ("/health", "/metrics")
)


def called(each: dict[str, Any]) -> str:
    return f"{each['kind']} {each['metadata']['name']}"


def container(name: str) -> dict[str, Any]:
    (found,) = PODS[name]["containers"]
    return dict(found)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("each", OBJECTS, ids=called)
def test_it_is_what_a_cluster_takes(each: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(each, version, strict=True)


def test_the_schemas_see_a_slip() -> None:
    (worker,) = [each for each in OBJECTS if called(each) == "StatefulSet rapport-worker"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**worker, "spec": {**worker["spec"], "replica": 2}}, VERSIONS[0], strict=True)


@pytest.mark.parametrize("folder", [BASE, EXAMPLE], ids=["base", "example"])
def test_a_kustomization_names_what_is_there(folder: Path) -> None:
    made = kustomization(folder)
    assert all((folder / name).exists() for name in made["resources"])
    assert sorted(file.name for file in folder.glob("*.yaml") if file.name != "kustomization.yaml") == sorted(
        name for name in made["resources"] if name.endswith(".yaml")
    )
    assert all(PINNED.fullmatch(image["newTag"]) for image in made["images"])
    assert {container(name)["image"] for name in PODS} == {image["name"] for image in made["images"]}
    assert {each["name"] for each in made.get("replicas", ())} <= set(PODS)


@pytest.mark.parametrize("folder", [BASE, EXAMPLE], ids=["base", "example"])
def test_settings_exist_and_go_together(folder: Path, tmp_path: Path) -> None:
    settings = literals(BASE) | (literals(EXAMPLE) if folder == EXAMPLE else {})
    assert set(settings) <= SETTINGS
    here = {name: value.replace("/run/secrets/rapport", str(tmp_path)) for name, value in settings.items()}
    for name, value in here.items():
        if name.endswith("_FILE"):
            Path(value).write_text("s3cret")
    (tmp_path / "ca.pem").write_text("")
    # The authority is a company's own; that a file of one is read is tested in tests/security.
    here.pop("RAPPORT_KAFKA_CA", None)
    found = read(here, tmp_path)
    assert (found.kafka_security == "SASL_SSL") == (folder == EXAMPLE)
    assert found.identity_key == found.store_token == found.clickhouse_password == "s3cret"


@pytest.mark.parametrize("name", PODS)
def test_a_pod_runs_a_command_that_exists_as_nobody(name: str) -> None:
    pod, ours = PODS[name], container(name)
    assert ours["args"][0] in VERBS
    assert {each["name"] for each in ours.get("env", ())} <= SETTINGS
    assert ours["envFrom"] == [{"configMapRef": {"name": "rapport-settings"}}]
    who = pod["securityContext"]
    assert (who["runAsNonRoot"], who["runAsUser"]) == (True, 10001)
    rights = ours["securityContext"]
    assert (rights["readOnlyRootFilesystem"], rights["allowPrivilegeEscalation"]) == (True, False)
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert pod["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_bounded_and_mounts_what_it_has(name: str) -> None:
    pod, ours = PODS[name], container(name)
    for kind in ("requests", "limits"):
        assert set(ours["resources"][kind]) == {"cpu", "memory"}
    assert {each["name"] for each in ours["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    assert {"/data", "/tmp"} <= {each["mountPath"] for each in ours["volumeMounts"]}


@pytest.mark.parametrize("name", ["rapport-worker", "rapport-store", "rapport-console", "rapport-deliver"])
def test_probes_ask_doors_that_there_are(name: str) -> None:
    ours = container(name)
    usual = {
        "worker": Settings().metrics_port, "store": Settings().store_port, "console": Settings().console_port,
        "deliver": Settings().delivery_port,
    }[ours["args"][0]]  # fmt: skip
    ports = {port["name"]: port["containerPort"] for port in ours["ports"]}
    assert set(ports.values()) == {usual}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = ours[probe]["httpGet"]
        assert asked["path"] in DOORS[ours["args"][0]]
        assert asked["port"] in ports
    assert ours["readinessProbe"]["httpGet"]["path"] == "/health"


def test_a_store_that_waits_for_clickhouse_is_not_restarted() -> None:
    assert container("rapport-store")["livenessProbe"]["httpGet"]["path"] == "/metrics"


def test_a_worker_has_time_to_start_and_to_finish_and_keeps_its_name() -> None:
    ours = container("rapport-worker")
    probe = ours["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > 2 * START_SECONDS
    assert PODS["rapport-worker"]["terminationGracePeriodSeconds"] > STOP_SECONDS
    assert ours["env"] == [{"name": "RAPPORT_INSTANCE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
    settings = read({"RAPPORT_SESSION_TIMEOUT_S": literals(BASE)["RAPPORT_SESSION_TIMEOUT_S"]}, Path("/nonexistent"))
    assert settings.session_timeout_s > STOP_SECONDS, "or a rolling change moves partitions after all"


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget"])
@pytest.mark.parametrize("name", ["rapport-worker", "rapport-store"])
def test_selectors_meet_their_pods(kind: str, name: str) -> None:
    (found,) = [each for each in OBJECTS if called(each) == f"{kind} {name}"]
    (workload,) = [each for each in OBJECTS if called(each) == f"StatefulSet {name}"]
    selector = found["spec"]["selector"]
    labels = workload["spec"]["template"]["metadata"]["labels"]
    assert selector.get("matchLabels", selector).items() <= labels.items()
    assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items()
    if kind == "Service":
        assert workload["spec"]["serviceName"] == name
        named = {port["name"] for port in container(name)["ports"]}
        assert {port["targetPort"] for port in found["spec"]["ports"]} <= named
    else:
        assert found["spec"]["maxUnavailable"] == 1
