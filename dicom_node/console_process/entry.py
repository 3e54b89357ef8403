"""Where the process of the console begins: what it needs not is kept out before the rest is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

from config.settings import Settings
from dicom_node.light_pydicom import load_pydicom

#: What tells the process to end.
STOP: Final = "stop"
#: Tells it that the node is ready: from now on it may do what the first visitor of each page would wait for.
READY: Final = "ready"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the console is reached."""

    url: str
    port: int


def serve(pipe: "Connection[Any, Any]", settings: Settings, prepare: Callable[[], None]) -> None:
    """Serve the console; see `child.serve`."""
    load_pydicom(decoders=False)
    from dicom_node.console_process import child

    child.serve(pipe, settings, prepare)
