"""Where the process that receives begins: what it needs not is kept out before the rest is loaded."""

from collections.abc import Callable, MutableSequence
from multiprocessing.connection import Connection
from typing import Any

from config.settings import Settings
from dicom_node.light_pydicom import load_pydicom
from dicom_node.receive.sockets import Sockets


def serve(
    pipe: "Connection[Any, Any]",
    settings: Settings,
    sockets: Sockets,
    model_set: str,
    prepare: Callable[[], None],
    cells: MutableSequence[int] | None,
) -> None:
    """Receive; see `child.serve`."""
    load_pydicom(decoders=False)
    from dicom_node.reception import child

    child.serve(pipe, settings, sockets, model_set, prepare, cells)
