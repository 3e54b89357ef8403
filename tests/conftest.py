"""What every test stands on: real data and peers where they are at hand, and no network but loopback."""

import ipaddress
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from dicom_node.cli.logs import LinesForCollectors
from tests.left_children import find_children, wait_for_end
from tests.log_privacy import LogKeeper, find_leaks

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
NO_SHARED_DATA = "needs the real radiographs in shared/data beside the project, which a public clone does not have"

#: Debian package -> a program it brings. `@pytest.mark.peer` wants them all, `@pytest.mark.peer("dcmtk")` that one.
PEERS = {
    "dcmtk": "storescu",
    "dicom3tools": "dciodvfy",
    "openssl": "openssl",
    "orthanc": "Orthanc",
    "pixelmed-apps": "DicomSRValidator",
    "poppler-utils": "pdftotext",
    "qpdf": "qpdf",
}
#: What `@pytest.mark.peer` wants only by name: the viewers that our documents are looked at in, and a database.
VIEWERS = {
    "chromium": "chromium",
    "dicomscope": "dicomscope",
    "ohif": str(PROJECT / ".viewers" / "ohif" / "index.html"),
    "orthanc-dicomweb": "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
    "orthanc-webviewer": "/usr/share/orthanc/plugins/libOrthancWebViewer.so",
    "postgresql": next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), "initdb"),
    "xdotool": "xdotool",
    "xvfb": "Xvfb",
}
#: Debian keeps servers out of an ordinary user's PATH.
PROGRAM_PATH = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"

#: Audit events (PEP 578) that name an address, and where the host stands in their arguments.
ADDRESS_EVENTS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "socket.bind": lambda arguments: arguments[1],
    "socket.connect": lambda arguments: arguments[1],
    "socket.getaddrinfo": lambda arguments: arguments[:1],
    "socket.sendmsg": lambda arguments: arguments[1],
    "socket.sendto": lambda arguments: arguments[1],
}

# A loaded machine draws examples slowly; that says nothing about the code under test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

#: What was logged in this process, and what of it speaks of a patient.
KEEPER = pytest.StashKey[LogKeeper]()
LEAKS = pytest.StashKey[list[str]]()

#: Tests of other frameworks run in their own environment, see `make test-models`.
collect_ignore = [] if find_spec("tensorflow") else ["models"]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse every address but loopback for the rest of the process; an audit hook cannot be taken out again."""
    os.environ["PATH"] = PROGRAM_PATH
    # A run starts hundreds of processes of ours: the first one compiles for all.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    sys.addaudithook(refuse_foreign_addresses)
    keeper = config.stash[KEEPER] = LogKeeper()
    keeper.setFormatter(LinesForCollectors())
    logging.getLogger().addHandler(keeper)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search the logs of this process's tests for patients, and fail the session; a worker of xdist hands them on."""
    config = session.config
    if config.pluginmanager.has_plugin("dsession"):  # its workers have searched
        leaks = config.stash.setdefault(LEAKS, [])
    else:
        leaks = config.stash[LEAKS] = _search_logs(config)
    if hasattr(config, "workeroutput"):
        config.workeroutput["leaks"] = leaks
    elif leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of xdist has found."""
    node.config.stash.setdefault(LEAKS, []).extend(getattr(node, "workeroutput", {}).get("leaks", []))


def _search_logs(config: pytest.Config) -> list[str]:
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is None or factory._basetemp is None:  # no test has asked for a folder
        return []
    return find_leaks(factory.getbasetemp(), config.stash[KEEPER].lines())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which log speaks of a patient."""
    for leak in config.stash.get(LEAKS, []):
        terminalreporter.write_line(f"a log speaks of a patient: {leak}", red=True)


def refuse_foreign_addresses(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise when a socket is about to look up, speak to, or listen on, anything but this machine's loopback.

    Raises:
        RuntimeError: the address is not loopback.
    """
    # The interpreter has taken the table away when it ends.
    if not ADDRESS_EVENTS or event not in ADDRESS_EVENTS:
        return
    address = ADDRESS_EVENTS[event](arguments)
    if isinstance(address, tuple) and not is_loopback(address[0]):
        raise RuntimeError(f"a test may use loopback only, not {address[0] or 'every interface'}")


def is_loopback(host: str | bytes | None) -> bool:
    """Say whether a host name or address is this machine's loopback; no host at all is for the resolver to say."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    try:
        return name is None or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the fixture, so that `-m "not shared_data"` leaves out all of it."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared_data)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here. A missing peer is no excuse in continuous integration."""
    if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED_DATA)
    if absent := missing_peers(item):
        reason = f"needs {', '.join(absent)} (make peers ohif; peers as root)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


def missing_peers(item: pytest.Item) -> list[str]:
    """Return the Debian packages that a test wants and this machine lacks."""
    wanted = [name for marker in item.iter_markers("peer") for name in (marker.args or PEERS)]
    return sorted({name for name in wanted if not is_installed((PEERS | VIEWERS)[name])})


def is_installed(program: str) -> bool:
    """Say whether a program, or the file of that path, is there."""
    return Path(program).exists() if "/" in program else shutil.which(program) is not None


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make screenshots` keeps what the tests of viewers have seen; `make torture` is harder on the node than CI."""
    parser.addoption("--screenshots", metavar="DIR", type=Path, help="Write what viewers show to this folder.")
    parser.addoption("--kills", metavar="N", type=int, default=12, help="How often tests/system/test_kill.py kills.")
    parser.addoption("--studies", metavar="N", type=int, default=30, help="Over how many studies it does so.")
    parser.addoption("--associations", metavar="N", type=int, default=1500, help="How many are refused before memory.")


@pytest.fixture(scope="module", autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Fail a file that leaves a process behind: those after it share their time with it, or take it for their own."""
    before = find_children()
    yield
    left = wait_for_end(before)
    assert left == {}, "processes that tests of this file started, and did not end"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real radiographs; skip where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED_DATA)
    return SHARED_DATA
