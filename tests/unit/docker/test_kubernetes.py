"""docker/kubernetes: valid for the API, each node with a volume of its own, and nothing that it does not need."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from config.load import parse_settings

FOLDER = Path(__file__).parents[3] / "docker" / "kubernetes"
API_VERSION = "1.34"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    each for name in KUSTOMIZATION["resources"] for each in yaml.safe_load_all((FOLDER / name).read_text())
]
STATEFUL_SET = next(each for each in OBJECTS if each["kind"] == "StatefulSet")
POD = STATEFUL_SET["spec"]["template"]["spec"]


@pytest.mark.parametrize("manifest", OBJECTS, ids=lambda each: f"{each['kind']}/{each['metadata']['name']}")
def test_a_manifest_is_what_the_api_takes(manifest: dict[str, Any]) -> None:
    assert kubernetes_validate.validate(manifest, API_VERSION, strict=True)


def test_every_manifest_of_the_folder_is_applied() -> None:
    applied = {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    assert applied == {path.name for path in FOLDER.glob("*.yaml")}
    assert all((FOLDER / name).is_file() for each in KUSTOMIZATION["configMapGenerator"] for name in each["files"])


@pytest.mark.parametrize("container", [*POD["initContainers"], *POD["containers"]], ids=lambda each: each["name"])
def test_a_container_is_read_only_without_capabilities_and_bounded(container: dict[str, Any]) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    assert "memory" in container["resources"]["limits"]


def test_a_pod_is_no_root_and_asks_the_cluster_for_nothing() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["runAsUser"] == 10001
    assert POD["automountServiceAccountToken"] is False


def test_each_node_has_a_volume_an_address_and_a_title_of_its_own() -> None:
    (claim,) = STATEFUL_SET["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    pods = {each["spec"]["selector"].get("statefulset.kubernetes.io/pod-name") for each in OBJECTS if is_service(each)}
    assert pods - {None} == {f"osteonode-{ordinal}" for ordinal in range(STATEFUL_SET["spec"]["replicas"])}
    assert site(3).node.ae_title == "OSTEONODE-3"


def is_service(manifest: dict[str, Any]) -> bool:
    return manifest["kind"] == "Service"


def site(ordinal: int) -> Any:
    (script,) = POD["initContainers"][0]["args"]
    replaced = re.search(r"s/(\w+)/\$\{POD##\*-\}/g", script)
    assert replaced
    text = (FOLDER / "site.toml").read_text().replace(replaced[1], str(ordinal))
    return parse_settings(text, subject="site.toml", folder=FOLDER)


def test_ports_and_folders_are_those_of_the_configuration() -> None:
    (node,) = POD["containers"]
    assert {port["containerPort"] for port in node["ports"]} >= {site(0).node.port}
    assert str(site(0).node.data) in {mount["mountPath"] for mount in node["volumeMounts"]}


def test_the_networks_of_the_configuration_are_let_through() -> None:
    policy = next(each for each in OBJECTS if each["kind"] == "NetworkPolicy")["spec"]
    let_in = {port["port"] for rule in policy["ingress"] for port in rule["ports"]}
    let_out = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    assert site(0).node.port in let_in
    assert {destination.port for destination in site(0).destination} <= let_out


def test_machines_are_drained_one_node_at_a_time() -> None:
    budget = next(each for each in OBJECTS if each["kind"] == "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == STATEFUL_SET["spec"]["selector"]


def test_the_probes_ask_for_health_where_the_configuration_serves_it() -> None:
    (node,) = POD["containers"]
    asked = {probe: node[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {
        "startupProbe": "/health/ready", "livenessProbe": "/health/live", "readinessProbe": "/health/ready",
    }  # fmt: skip
    metrics = site(0).metrics
    assert (metrics.enabled, metrics.bind) == (True, "0.0.0.0")
    assert {"name": "metrics", "containerPort": metrics.port} in node["ports"]
