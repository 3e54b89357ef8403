"""Modalities that send studies side by side, each file until it is acknowledged."""

import threading
import time
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.fakes.hospital import send

SUCCESS: Final = 0x0000


class BusyModalities:
    """Sends the studies that were released, from a few threads, to a node that comes and goes.

    Args:
        studies: the files of each study, each file named <SOP Instance UID>.dcm.
        port: of the node.
        at_once: associations at the same time.

    Attributes:
        released: the studies that are sent, or will be.
        acknowledged: SOP Instance UIDs that the node answered with success.
    """

    def __init__(self, studies: list[list[Path]], port: int, *, at_once: int = 3) -> None:
        self._studies = iter(studies)
        self._port = port
        self._released: SimpleQueue[list[Path] | None] = SimpleQueue()
        self.acknowledged: set[str] = set()
        self.released: list[list[Path]] = []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(at_once)]
        for thread in self._threads:
            thread.start()

    def release(self, studies: int) -> None:
        """Let so many more studies be sent."""
        for paths in islice(self._studies, studies):
            self.released.append(paths)
            self._released.put(paths)

    def finish(self, seconds: float = 300.0) -> None:
        """Wait until what was released is sent."""
        for _ in self._threads:
            self._released.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        assert not any(thread.is_alive() for thread in self._threads), "not everything could be sent"

    def _run(self) -> None:
        while (paths := self._released.get()) is not None:
            self._send_all(paths)

    def _send_all(self, paths: list[Path]) -> None:
        left = list(paths)
        while left:
            stored = {path for path, status in send(left, self._port).items() if status == SUCCESS}
            if not stored:
                time.sleep(0.1)
            self.acknowledged |= {path.stem for path in stored}
            left = [path for path in left if path not in stored]
