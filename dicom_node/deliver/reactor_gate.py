"""A checkpoint that really holds pynetdicom's reactor while an answer is awaited.

pynetdicom 3.0.4 closes its checkpoint, sees the reactor "paused" and sends. But the reactor calls itself paused just
before it waits, so one that was already past the wait takes the peer's answer from the queue and drops it
("Received unexpected C-STORE service message"). The sender then waits for its whole timeout: about one answer in a
thousand on a busy machine.
"""

import threading
from collections.abc import Callable

_LOOK_AGAIN_SECONDS = 0.05


class ReactorGate(threading.Event):
    """An event whose `clear` returns only when the one thread that waits for it is held, or is gone.

    Args:
        is_gone: whether the thread has ended and will never wait again.
    """

    def __init__(self, is_gone: Callable[[], bool]) -> None:
        super().__init__()
        self._is_gone = is_gone
        self._condition = threading.Condition()
        self._open = True
        self._held = False

    def is_set(self) -> bool:
        """Say whether the gate is open."""
        return self._open

    def set(self) -> None:
        """Open the gate and let the thread go."""
        with self._condition:
            self._open = True
            self._held = False
            self._condition.notify_all()

    def clear(self) -> None:
        """Close the gate and wait until the thread stands before it."""
        with self._condition:
            self._open = False
            while not self._held and not self._is_gone():
                self._condition.wait(_LOOK_AGAIN_SECONDS)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the gate is open; return whether it is."""
        with self._condition:
            while not self._open:
                self._held = True
                self._condition.notify_all()
                if not self._condition.wait(timeout):
                    break
            return self._open
