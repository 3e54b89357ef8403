"""What a child process does in tests; it loads next to nothing, so that a test sees what was loaded for it."""

import logging
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


def prepare() -> None:
    """Nothing is to be prepared; by this name a process finds it."""


def tell(pipe: "Connection[Any, Any]") -> None:
    """Send what this process has loaded, and whose child it is."""
    pipe.send(
        {"modules": set(sys.modules), "parent": os.getppid(), "name": Path("/proc/self/comm").read_text().strip()}
    )


def tell_variable(pipe: "Connection[Any, Any]", name: str) -> None:
    """Send a variable of this process's environment."""
    pipe.send(os.environ.get(name))


def log_what_happens(uid: str) -> None:
    """Log a warning with a UID, a library's warning that nobody is to see, and an error."""
    logging.getLogger("dicom_node.try").warning("image %s is read later", uid)
    logging.getLogger("pynetdicom").warning("Doe^Jane")
    logging.getLogger("dicom_node.try").error("it could not be read")


def wait_for_ever() -> None:
    """As the processes of a node, until it ends."""
    from dicom_node.pipeline.child_life import live_with_the_parent

    live_with_the_parent()
    signal.pause()
