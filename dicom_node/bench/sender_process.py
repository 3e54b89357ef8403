"""The senders as a process, seen from whoever measures."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from dicom_node.bench.ingest_sender import Job, Sending
from domain.errors import OsteonodeError


class SenderProcess:
    """Runs inside `with`. One job at a time, but `start` does not wait for its end.

    Args:
        templates: the images, from `write_templates`.
    """

    def __init__(self, templates: Path) -> None:
        command = (sys.executable, "-m", "dicom_node.bench.ingest_sender", str(templates))
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()

    def send(self, job: Job) -> Sending:
        """Do a job.

        Raises:
            OsteonodeError: the process has ended.
        """
        self.start(job)
        return self.finish()

    def start(self, job: Job) -> None:
        """Begin a job; `finish` returns what comes of it."""
        assert self._process.stdin is not None
        print(json.dumps(asdict(job)), file=self._process.stdin, flush=True)

    def finish(self) -> Sending:
        """Wait for the end of the job that was started.

        Raises:
            OsteonodeError: the process has ended.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OsteonodeError("the sending process has ended")
        return Sending(**json.loads(line))
