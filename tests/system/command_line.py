"""The command line as a person runs it: its own process, output piped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "dicom_node.cli")


def environment(**extra: str) -> Mapping[str, str]:
    """Return this process's environment with the project on the path of modules."""
    path = os.pathsep.join(filter(None, (extra.pop("PYTHONPATH", ""), str(PROJECT))))
    return {**os.environ, **extra, "PYTHONPATH": path}


def run_command(*arguments: object, timeout_seconds: float = 180, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run `osteonode` with arguments and return what it printed and its exit code."""
    command = (*COMMAND, *map(str, arguments))
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout_seconds, env=environment(**extra), check=False
    )


@contextmanager
def serving(config: Path, **extra: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a node until the block ends; give the process and its ready line."""
    log = config.with_suffix(".log")
    with log.open("w") as events:
        process = subprocess.Popen(
            (*COMMAND, "serve", "--config", str(config)),
            stdout=subprocess.PIPE,
            stderr=events,
            text=True,
            env=environment(**extra),
        )
        with process:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready, log.read_text()
            try:
                yield process, ready
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
