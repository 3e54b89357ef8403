"""How a child process lives: it leaves signals to the node, logs nobody's values, and never outlives its parent.

One whose work nobody waits for stands back behind all others.
"""

import logging
import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

_NICENESS: Final = 19


def live_with_the_parent() -> None:
    """To be called once, first thing in a child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the node, which closes the pipe
    # What pydicom logs quotes values of the data set, which are nobody's business.
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    threading.Thread(target=_end_with_the_parent, name="parent-watch", daemon=True).start()


def stand_back() -> None:
    """Take the lowest priority there is; threads that start later have it too.

    A nice process keeps the processor for milliseconds when a reader wakes up; an idle one, see sched(7), does not.
    """
    be_nice()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a container may forbid it, or the thread has ended
            os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))


def be_nice() -> None:
    """Take a small share of a processor that others want, and not none."""
    os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # even in the middle of work that hangs: nobody waits for the answer
