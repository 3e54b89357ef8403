"""docker/compose: what is published, what a service may do, and that its files are what the programs accept."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_settings

PROJECT = Path(__file__).parents[3]
FOLDER = PROJECT / "docker" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_yamllint_finds_nothing() -> None:
    command = [sys.executable, "-m", "yamllint", "-c", PROJECT / "docker" / ".yamllint.yaml", PROJECT / "docker"]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_read_only_and_without_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "user"} & set(service)


def test_ports_are_published_on_loopback_alone() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_what_a_service_mounts_is_declared_and_there() -> None:
    for service in SERVICES.values():
        assert {each["source"] for each in service.get("configs", ())} <= COMPOSE["configs"].keys()
        assert {each["source"] for each in service.get("secrets", ())} <= COMPOSE["secrets"].keys()
        assert {each.split(":")[0] for each in service.get("volumes", ())} <= COMPOSE["volumes"].keys()
    files = [each["file"] for each in (*COMPOSE["configs"].values(), *COMPOSE["secrets"].values())]
    assert [name for name in files if not (FOLDER / name).is_file()] == []


def test_each_waits_for_those_that_it_needs_to_be_healthy() -> None:
    waits = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert {name: sorted(needed) for name, needed in waits.items() if needed} == {
        "node": ["orthanc", "ris"],
        "modality": ["node"],
    }
    for needed in waits.values():
        assert all(how == {"condition": "service_healthy"} for how in needed.values())
        assert all("test" in SERVICES[name]["healthcheck"] for name in needed)


def test_images_are_pinned_to_a_version() -> None:
    assert re.fullmatch(r"orthancteam/orthanc:\$\{ORTHANC_VERSION:-\d+\.\d+\.\d+\}", SERVICES["orthanc"]["image"])


def test_the_node_knows_the_services_by_their_names_and_titles() -> None:
    settings = load_settings(FOLDER / "site.toml")
    orthanc = json.loads((FOLDER / "orthanc.json").read_text())
    pacs, ris = settings.destination
    assert (pacs.host, pacs.ae_title, pacs.port) == ("orthanc", orthanc["DicomAet"], orthanc["DicomPort"])
    assert (ris.host, [str(ris.port)]) == ("ris", SERVICES["ris"]["command"])
    assert orthanc["DicomModalities"]["osteonode"] == {
        "AET": settings.node.ae_title, "Host": "node", "Port": settings.node.port,
    }  # fmt: skip


def test_the_modality_calls_the_node_and_may_send() -> None:
    settings = load_settings(FOLDER / "site.toml")
    address, called, calling = SERVICES["modality"]["command"]
    assert (address, called) == (f"node:{settings.node.port}", settings.node.ae_title)
    assert calling in {sender.ae_title for sender in settings.sender}


@pytest.mark.parametrize("path", [PROJECT / "docker" / "site.toml", FOLDER / "site.toml"])
def test_the_health_check_finds_something_to_ask(path: Path) -> None:
    assert load_settings(path).metrics.enabled


def test_the_image_itself_starts_with_a_configuration_that_admits_nobody() -> None:
    settings = load_settings(PROJECT / "docker" / "site.toml")
    assert settings.sender == ()
    assert str(settings.node.data) == "/var/lib/osteonode"
