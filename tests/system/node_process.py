"""A node in a process group of its own, to be killed whole: python -m tests.system.node_process SETTINGS READER."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from config.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
LIGHT, REAL = "light", "real"
_READY_SECONDS = 60.0


class NodeProcess:
    """Starts and kills the node; what it says goes to a file.

    Args:
        reader: `light` for the reader without models in tests/fakes, `real` for the bundle of the settings.
    """

    def __init__(self, settings: Settings, folder: Path, *, reader: str = LIGHT) -> None:
        self._settings_file = folder / "settings.json"
        self._settings_file.write_text(settings.model_dump_json())
        self._log = folder / "node.log"
        self._reader = reader
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> int:
        """Start the node, wait until it is ready, and return its port."""
        command = [sys.executable, "-m", "tests.system.node_process", str(self._settings_file), self._reader]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command,
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], _READY_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        assert line.startswith("ready "), f"the node did not start: {self.log()[-2000:]}"
        return int(line.split()[1])

    def kill(self) -> None:
        """Kill the whole process group, as a power cut would, but for the page cache."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._reap()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Ask the node to stop, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._reap()

    def log(self) -> str:
        """Return what the node has said so far, over all its lives."""
        return self._log.read_text()

    def _reap(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.wait(30)
        self._process.stdout.close()
        if self._process.stdin is not None:
            self._process.stdin.close()


def _run(settings_file: str, reader: str) -> None:
    from dicom_node.cli.logs import configure_logging
    from dicom_node.reading_parts import open_explainer, open_reader
    from dicom_node.service import Service
    from tests.fakes.explainers import gated
    from tests.fakes.light_reader import light

    settings = Settings.model_validate_json(Path(settings_file).read_text())
    configure_logging(settings.console)
    done = threading.Event()
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    is_light = reader == LIGHT
    gate = settings.node.data.parent / "gate"
    explain = gated(gate) if is_light and settings.explanations.lime else open_explainer
    readers = light() if is_light else open_reader
    with Service(settings, reader_factory=readers, explainer_factory=explain, rescue_seconds=1.0) as service:
        print(f"ready {service.port}", flush=True)
        done.wait()


def _end_with_the_tests() -> None:
    """A test run that is killed closes this pipe: its node must not live on."""
    sys.stdin.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    _run(*sys.argv[1:])
