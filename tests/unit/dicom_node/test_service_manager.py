import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.service_manager import ServiceManager

PID = 4711


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@osteonode-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.settimeout(5)
        heard.bind(name.replace("@", "\0"))
        yield name, heard


def test_the_manager_hears_each_state_on_a_line(manager: tuple[str, socket.socket]) -> None:
    address, heard = manager
    ServiceManager(address).tell("READY=1", "STATUS=receives at 104")
    assert heard.recv(100) == b"READY=1\nSTATUS=receives at 104"


def test_nobody_is_told_where_nobody_asked() -> None:
    environment = {"PATH": "/bin"}
    assert ServiceManager.take_from(environment, PID) == ServiceManager("", None)
    ServiceManager().tell("READY=1")


def test_a_manager_that_has_gone_disturbs_nobody(tmp_path: Path) -> None:
    ServiceManager(str(tmp_path / "gone")).tell("READY=1")


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(PID)}, 15.0),
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_it_is_told_twice_as_often_as_it_wants_and_only_by_whom_it_asked(
    asked: dict[str, str], seconds: float | None
) -> None:
    environment = {"NOTIFY_SOCKET": "/run/notify", "HOME": "/", **asked}
    assert ServiceManager.take_from(environment, PID) == ServiceManager("/run/notify", seconds)
    assert environment == {"HOME": "/"}, "processes that are started later are not asked"
