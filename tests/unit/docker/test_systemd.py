"""docker/systemd: the service is hardened, and its commands exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dicom_node.cli.main import app

UNIT = Path(__file__).parents[3] / "docker" / "systemd" / "osteonode.service"
HARDENED = {
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "true",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}
#: Of systemd-analyze security: 0 is sealed, 10 is wide open.
MOST_EXPOSED = 1.5


def settings() -> dict[str, str]:
    """Return the keys of the unit with their (last) values."""
    return dict(re.findall(r"^([A-Za-z]+)=(.*)$", UNIT.read_text(), re.MULTILINE))


@pytest.mark.parametrize(("key", "value"), HARDENED.items())
def test_the_service_is_hardened(key: str, value: str) -> None:
    assert settings()[key] == value


def test_a_model_can_still_be_compiled() -> None:
    assert "MemoryDenyWriteExecute" not in settings()


def test_it_comes_back_unless_its_configuration_does_not_hold() -> None:
    assert settings()["Restart"] == "always"
    assert settings()["RestartPreventExitStatus"] == "2"


def test_systemd_waits_for_the_word_that_it_receives_and_starts_one_that_hangs_again() -> None:
    unit = settings()
    assert (unit["Type"], unit["NotifyAccess"]) == ("notify", "main")
    assert int(unit["WatchdogSec"]) == 120
    assert unit["TimeoutStartSec"] == "15min"


def test_its_commands_are_commands_of_osteonode() -> None:
    named = re.findall(r"^ExecStart(?:Pre)?=\S+/osteonode (\S+)", UNIT.read_text(), re.MULTILINE)
    assert named == ["check-config", "serve"]
    assert set(named) <= {command.name for command in app.registered_commands}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_it_hardly_exposed() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    level = re.search(r"Overall exposure level for osteonode.service: ([\d.]+)", said)
    assert level
    assert float(level[1]) <= MOST_EXPOSED
