"""A node with many lives, each ended by kill -9: a nursery that has everything imported forks the next in no time.

Run by `NodeLives`: python -m tests.system.node_lives SETTINGS LISTING
"""

import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import psutil

from config.settings import Settings
from tests.system.node_process import PROJECT

LIGHT, POOLED, REAL = "light", "pooled", "real"
_PATIENCE_SECONDS = 120.0


class NodeLives:
    """Starts and kills one node after the other on the same data folder.

    Args:
        reader: `light` receives and reads in the node's process; `pooled` reads without models and `real` with the
            bundle, and both receive and read in processes of their own.
    """

    def __init__(self, settings: Settings, folder: Path, *, reader: str = LIGHT) -> None:
        self._reader = reader
        self._log = folder / "node.log"
        self._listing = folder / "points"
        self._listing.touch()
        file = folder / "settings.json"
        file.write_text(settings.model_dump_json())
        command = [sys.executable, "-m", "tests.system.node_lives", str(file), str(self._listing)]
        with self._log.open("a") as log:
            self._nursery = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0
            )
        self._node: psutil.Process | None = None
        self._dead: list[psutil.Process] = []

    def begin(self, deadly: str = "") -> None:
        """Fork a node; `deadly` is the point where it dies (commit_points.py)."""
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{self._reader};{deadly}\n".encode())
        self._node = psutil.Process(int(self._await("born")))

    def await_ready(self) -> int:
        """Return the port of the node that was begun."""
        return int(self._await("ready"))

    def processes(self) -> list[psutil.Process]:
        """Return the node and its children."""
        assert self._node is not None
        return [self._node, *self._node.children(recursive=True)]

    def dies(self, seconds: float = _PATIENCE_SECONDS) -> bool:
        """Wait until the node dies by itself; return whether it did."""
        deadline = time.monotonic() + seconds
        while self._says_something(deadline):
            assert self._nursery.stdout is not None
            if self._nursery.stdout.readline().decode().split()[:1] == ["died"]:
                self._node = None
                return True
        return False

    def kill(self, rng: random.Random) -> str:
        """Kill the node, its whole group, or one of its children; return which.

        One that lost its reader while it started may have ended by itself: whoever starts it starts it again.
        """
        assert self._node is not None
        try:
            family = self._node.children(recursive=True)
        except psutil.NoSuchProcess:
            self._await("died")
            self._node = None
            return "nobody, it had ended"
        victim = rng.choice(["node", "node", "group", *(["child"] * 2 if family else [])])
        if victim == "child":
            rng.choice(family).kill()
            return victim
        self._dead += family
        if victim == "group":
            for process in family:
                process.kill()
        self._node.kill()
        self._await("died")
        self._node = None
        return victim

    def stop(self) -> None:
        """Ask the node to stop, and wait."""
        if self._node is not None:
            self._node.terminate()
            self._await("died")
            self._node = None

    def survivors(self) -> list[psutil.Process]:
        """Return the children of killed nodes that did not end with them."""
        return psutil.wait_procs(self._dead, timeout=15)[1]

    @property
    def is_dead(self) -> bool:
        return self._node is None

    def points(self) -> list[str]:
        """Return the points that were passed (commit_points.py), each once, in order."""
        return list(dict.fromkeys(self._listing.read_text().split()))

    def log(self) -> str:
        """Return what the node has said so far, over all its lives."""
        return self._log.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for pipe in (self._nursery.stdin, self._nursery.stdout):
            assert pipe is not None
            pipe.close()  # with its stdin the nursery ends its node
        self._nursery.wait(30)

    def _says_something(self, deadline: float) -> bool:
        """Return whether there is a word to read before a time (monotonic clock)."""
        assert self._nursery.stdout is not None
        return bool(select.select([self._nursery.stdout], [], [], max(0.0, deadline - time.monotonic()))[0])

    def _await(self, word: str, seconds: float = _PATIENCE_SECONDS) -> str:
        """Return what follows a word that the nursery or its node says; words of a node that died are passed over."""
        assert self._nursery.stdout is not None
        deadline = time.monotonic() + seconds
        while True:
            ready = self._says_something(deadline)
            said = self._nursery.stdout.readline().decode().split() if ready else []
            assert said, f"nothing but {word!r} was expected: {self.log()[-3000:]}"
            if said[0] == word:
                return said[1]
            assert word == "died" or said[0] != "died", f"the node died: {self.log()[-3000:]}"


def _nurse(settings_file: str, listing: str) -> None:
    """Fork a node for each line of stdin, say how it ends, and end it where stdin ends."""
    for module in ("dicom_node.cli.logs", "dicom_node.service", "tests.fakes.light_child"):
        import_module(module)  # what every life would have to wait for

    for line in sys.stdin:
        reader, _, deadly = line.strip().partition(";")
        pid = os.fork()
        if pid == 0:
            _live_and_end(settings_file, reader, Path(listing), deadly)
        print(f"born {pid}", flush=True)
        _watch(pid)


def _watch(pid: int) -> None:
    watched = os.pidfd_open(pid)
    ended, _, _ = select.select([sys.stdin, watched], [], [])
    if watched not in ended:
        os.kill(pid, signal.SIGKILL)
    os.close(watched)
    print(f"died {os.waitpid(pid, 0)[1]}", flush=True)


def _live_and_end(*life: Any) -> None:
    try:
        _live(*life)
    except Exception:
        traceback.print_exc()
    os._exit(1)


def _live(settings_file: str, reader: str, listing: Path, deadly: str) -> None:
    from dicom_node.cli.logs import configure_logging
    from dicom_node.reading_parts import open_reader
    from dicom_node.service import Service
    from tests.fakes.commit_points import CommitPoints
    from tests.fakes.light_child import pooled
    from tests.fakes.light_reader import light

    os.close(sys.stdin.fileno())
    settings = Settings.model_validate_json(Path(settings_file).read_text())
    configure_logging(settings.console)
    CommitPoints(listing, deadly).install()
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    readers = {LIGHT: light(), POOLED: pooled(), REAL: open_reader}[reader]
    # Commit points are watched in this process, so there images arrive here as well.
    apart = None if reader == LIGHT else partial(configure_logging, settings.console)
    with Service(settings, reader_factory=readers, rescue_seconds=1.0, prepare_reception=apart) as service:
        print(f"ready {service.port}", flush=True)
        done.wait()


if __name__ == "__main__":
    _nurse(*sys.argv[1:])
