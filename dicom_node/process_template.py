"""What the template of processes loads (child_processes): all that receives, once for every process that does.

It must hold nothing that a fork would break: no thread, no connection, no file of the ledger.
"""

import atexit
import os
import shutil
import signal
from typing import Final

from dicom_node import child_processes
from dicom_node.loading import loading

#: numpy brings a library that starts a thread for each further processor.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1"}


def load(folder: str) -> None:
    """Load what the copies need; `folder` is that of the template's socket, which goes when the template does."""
    # Whoever stops a service may tell all its processes. The template goes when nobody is left who could want a copy.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    child_processes.template_pid = os.getpid()
    child_processes.name_process("osteo-template")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # a node that was killed leaves it behind
    os.environ.update(_ONE_THREAD)

    # Collecting writes to every object that it looks at, and a page that is written to is shared no more.
    with loading():
        from dicom_node.light_pydicom import load_pydicom

        load_pydicom(decoders=False)
        import dicom_node.reception.child  # noqa: F401


if child_processes.TEMPLATE_FOLDER in os.environ:
    load(os.environ.pop(child_processes.TEMPLATE_FOLDER))
