"""Faults of our own that a thread of the node met and went on from."""

import logging
import threading
from functools import cache
from typing import Any

#: What our own handlers say, and pynetdicom when ours raised; that it could not decode something is no fault.
_FAULTS = ("handler_failed", "Exception in DUL.run")


class _Alarm(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if any(words in record.getMessage() for words in _FAULTS):
            self.faults.append(self.format(record))

    def see_thread(self, failed: Any) -> None:
        self.faults.append(f"{failed.thread}: {failed.exc_value!r}")


@cache
def listen_for_faults() -> list[str]:
    """Return the list that every fault of this process is added to from now on."""
    alarm = _Alarm()
    threading.excepthook = alarm.see_thread
    for name in ("", "osteonode"):
        logging.getLogger(name).addHandler(alarm)
    return alarm.faults
