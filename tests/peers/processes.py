"""Programs of others, started for a test on free loopback ports and ended by their own process."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30.0


class PeerFailed(RuntimeError):
    """The program ended or did not get ready; the message has the end of what it said."""


def find_free_port() -> int:
    """Return a TCP port that nothing on loopback listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def accepts_connections(port: int) -> bool:
    """Say whether something listens on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def run_peer(command: Sequence[str], *, log: Path, is_ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends.

    Raises:
        PeerFailed: it is not ready within `START_SECONDS`.
    """
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            _wait_until(is_ready, process, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline_seconds = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline_seconds:
            raise PeerFailed(f"{process.args!r} is not ready: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
