"""How a child process lives: it leaves signals to the node, logs nobody's values, and never outlives its parent."""

import logging
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait


def live_with_the_parent() -> None:
    """To be called once, first thing in a child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the node, which closes the pipe
    # What pydicom logs quotes values of the data set, which are nobody's business.
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    threading.Thread(target=_end_with_the_parent, name="parent-watch", daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # even in the middle of work that hangs: nobody waits for the answer
