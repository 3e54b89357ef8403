"""Receivers that images are sent to, each a process of its own, frozen while another one is measured."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server
from typing import Final

from dicom_node.bench.process_memory import find_tree
from domain.errors import OsteonodeError

_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """A running receiver.

    Attributes:
        folder: what it keeps, where that may be thrown away after each measurement.
    """

    name: str
    what: str
    port: int
    pid: int
    called_ae_title: str = "ANY"
    folder: Path | None = None

    def freeze(self) -> None:
        """Stop it and its children until `thaw`."""
        _signal(find_tree(self.pid), signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        _signal(find_tree(self.pid), signal.SIGCONT)

    def empty(self) -> None:
        """Throw away what it has received; names stay, or ext4 would look through them for each new file."""
        for path in self.folder.iterdir() if self.folder is not None else ():
            os.truncate(path, 0)


@dataclass(frozen=True, slots=True)
class Absent:
    """A peer that is not installed, and what installs it."""

    name: str
    why: str


Starter = Callable[[ExitStack, Path], Receiver]


def start_peers(stack: ExitStack, folder: Path) -> tuple[list[Receiver], list[Absent]]:
    """Start every peer that is installed; `stack` ends them."""
    receivers, absent = [], []
    for name, (program, package, start) in _PEERS.items():
        if program and shutil.which(program) is None:
            absent.append(Absent(name, f"{program} is not installed: apt-get install {package}"))
            continue
        (folder / name).mkdir(parents=True)
        receivers.append(start(stack, folder / name))
    return receivers, absent


def _start_orthanc(stack: ExitStack, folder: Path) -> Receiver:
    port, http_port = _free_port(), _free_port()
    settings = {
        "DicomAet": "ORTHANC",
        "DicomPort": port,
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [],
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    pid = _run(stack, folder, ["Orthanc", str(path)], port)
    what = "Debian's, its own settings; it does not fsync each image"
    return Receiver("orthanc", what, port, pid, "ORTHANC")


def _start_storescp(stack: ExitStack, folder: Path) -> Receiver:
    port, received = _free_port(), folder / "received"
    received.mkdir()
    pid = _run(stack, folder, ["storescp", "--fork", "--output-directory", str(received), str(port)], port)
    what = "DCMTK's, a process for each association; no index, no fsync"
    return Receiver("storescp --fork", what, port, pid, folder=received)


def _start_bare(kind: str, what: str) -> Starter:
    def start(stack: ExitStack, folder: Path) -> Receiver:
        command = [sys.executable, "-m", "dicom_node.bench.bare_receiver", kind, str(folder)]
        process = stack.enter_context(_running(command, folder.with_suffix(".log"), subprocess.PIPE))
        assert process.stdout is not None
        return Receiver(kind, what, int(process.stdout.readline()), process.pid, folder=folder)

    return start


#: Name: the program and the package that has it, and what starts it.
_PEERS: Final[dict[str, tuple[str, str, Starter]]] = {
    "orthanc": ("Orthanc", "orthanc", _start_orthanc),
    "storescp": ("storescp", "dcmtk", _start_storescp),
    "pynetdicom": ("", "", _start_bare("pynetdicom", "bare, chunked mode, PDUs of 128 KiB; no index, no fsync")),
    "nothing": ("", "", _start_bare("nothing", "answers and keeps nothing: what the senders can do")),
}


def _run(stack: ExitStack, folder: Path, command: list[str], port: int) -> int:
    process = stack.enter_context(_running(command, folder / "log", subprocess.DEVNULL))
    end = time.monotonic() + _START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise OsteonodeError(f"{command[0]} did not start")
        time.sleep(0.05)
    return process.pid


@contextmanager
def _running(command: list[str], log: Path, stdout: int) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, stderr=errors)
    with process:
        try:
            yield process
        finally:
            tree = find_tree(process.pid)
            _signal(tree, signal.SIGCONT)
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            _signal(tree[1:], signal.SIGKILL)  # those that it forked and that have not ended with it


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _answers(port: int) -> bool:
    try:
        create_connection((_HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with create_server((_HOST, 0)) as listener:
        return int(listener.getsockname()[1])
