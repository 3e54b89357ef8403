"""What a child process does in tests; it loads next to nothing, so that a test sees what was loaded for it."""

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


def wait_for_ever() -> None:
    """As the processes of a node, until it ends."""
    from dicom_node.pipeline.child_life import live_with_the_parent

    live_with_the_parent()
    signal.pause()
