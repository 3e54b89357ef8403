"""A whole node between an archive and an HL7 receiver, all on free loopback ports: for the demo and the benchmarks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Completion, Destination, Node, Reading, Reporting, Sender, Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.peer_calls import Peer
from dicom_node.service import Service

HOST = "127.0.0.1"
NODE_AE_TITLE, ARCHIVE_AE_TITLE, MODALITY_AE_TITLE = "OSTEONODE", "ARCHIVE", "MODALITY"
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Loopback:
    """A running node and its two peers."""

    settings: Settings
    service: Service
    archive: Archive
    receiver: MllpReceiver

    @property
    def node(self) -> Peer:
        """The node as a modality sees it."""
        return Peer(HOST, self.service.port, NODE_AE_TITLE, MODALITY_AE_TITLE)


@contextmanager
def run_loopback(
    folder: Path, *, quiet_seconds: float, reading: Reading | None = None, reporting: Reporting | None = None
) -> Iterator[Loopback]:
    """Run a node with its peers until the block ends; everything they keep is in `folder`.

    Raises:
        ModelError: the bundle cannot be used.
        LedgerError: the data folder cannot be used.
    """
    with Archive(folder / "archive", ae_title=ARCHIVE_AE_TITLE) as archive, MllpReceiver() as receiver:
        settings = make_settings(
            folder / "node", archive.port, receiver.port, quiet_seconds=quiet_seconds, reading=reading or Reading()
        )
        settings = settings.model_copy(update={"reporting": reporting or Reporting()})
        with Service(settings) as service:
            yield Loopback(settings, service, archive, receiver)


def make_settings(
    data: Path, archive_port: int, receiver_port: int, *, quiet_seconds: float, reading: Reading
) -> Settings:
    """Return the configuration of a node that listens on a free port and answers to both peers."""
    return Settings(
        node=Node(ae_title=NODE_AE_TITLE, bind=HOST, port=0, data=data),
        sender=(Sender(ae_title="*", address=HOST),),
        destination=(
            Destination(name="archive", kind="dicom", ae_title=ARCHIVE_AE_TITLE, host=HOST, port=archive_port),
            Destination(name="ris", kind="hl7", host=HOST, port=receiver_port),
        ),
        completion=Completion(quiet_seconds=quiet_seconds),
        reading=reading,
    )


def wait_until(condition: Callable[[], bool], *, timeout_seconds: float) -> bool:
    """Wait until a condition holds; return whether it did in time."""
    end = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True
