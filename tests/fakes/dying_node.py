"""A storage SCP in its own process that is killed between the rename of a file and the commit of its row.

Run: python -m tests.fakes.dying_node FOLDER. Prints the port.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from dicom_node.ports import Recorded
from domain.instance import ReceivedInstance
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.storage_node import StorageNode


class DyingLedger(FakeInstanceLedger):
    """Dies with its process instead of recording."""

    def record_instance(self, instance: ReceivedInstance) -> Recorded:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")


def main(folder: Path) -> None:
    """Serve until killed."""
    node = StorageNode(folder)
    node.scp._storing._ledger = DyingLedger()
    with node:
        print(node.scp.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
