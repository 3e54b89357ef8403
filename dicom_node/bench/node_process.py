"""A node as a process of its own, as a site runs it, so that its memory and its time are its own."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Console, Reading, Retention
from config.toml_text import write_toml
from dicom_node.bench.loopback import HOST, MODALITY_AE_TITLE, NODE_AE_TITLE, make_settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.peer_calls import Peer
from domain.errors import OsteonodeError

_STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class NodeProcess:
    """A serving process and its peers, which run in this one; `ready_seconds` from its start to its word.

    `console_url` is where its console is, empty where it has none.
    """

    pid: int
    data: Path
    ready_seconds: float
    peer: Peer
    archive: Archive
    receiver: MllpReceiver
    console_url: str = ""


@contextmanager
def run_node(
    folder: Path,
    *,
    quiet_seconds: float,
    reading: Reading,
    archive: Archive | None = None,
    retention: Retention | None = None,
    console: Console | None = None,
) -> Iterator[NodeProcess]:
    """Run `osteonode serve` on a free loopback port until the block ends; by default its archive keeps everything.

    Raises:
        OsteonodeError: it did not become ready; its own words are on stderr.
    """
    with archive or Archive(folder / "archive") as archive, MllpReceiver() as receiver:
        settings = make_settings(
            folder / "node", archive.port, receiver.port, quiet_seconds=quiet_seconds, reading=reading
        )
        tables = {"retention": retention or settings.retention, "console": console or settings.console}
        settings = settings.model_copy(update=tables)
        config = folder / "site.toml"
        config.write_text(write_toml(settings), encoding="utf-8")
        log = folder / "node.log"
        started = time.monotonic()
        with log.open("wb") as events, _start(config, events.fileno()) as process:
            try:
                port = _await_ready(process, log)
                ready_seconds = round(time.monotonic() - started, 2)
                peer = Peer(HOST, port, NODE_AE_TITLE, MODALITY_AE_TITLE)
                url = _await_console(process) if settings.console.enabled else ""
                yield NodeProcess(process.pid, settings.node.data, ready_seconds, peer, archive, receiver, url)
            finally:
                _stop(process)


def _start(config: Path, events: int) -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "dicom_node.cli", "serve", "--config", str(config))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=events, text=True)


def _await_ready(process: subprocess.Popen[str], log: Path) -> int:
    for line in process.stdout or ():
        if " is ready at " in line:
            return int(line.partition(f" {HOST}:")[2].partition(";")[0])
    last_words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise OsteonodeError("the node did not become ready: " + " / ".join(last_words))


def _await_console(process: subprocess.Popen[str]) -> str:
    """Return what the line after that word says."""
    line = process.stdout.readline() if process.stdout else ""
    if " console is at " not in line:
        raise OsteonodeError("the console of the node did not become ready")
    return line.partition(" console is at ")[2].strip()


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
