"""DCMTK's dcmqrscp: an archive that checks both AE titles, stores, and answers queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Destination
from tests.peers.processes import accepts_connections, find_free_port, run_peer

_CONFIGURATION = """\
NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 8
HostTable BEGIN
known = ({known}, localhost, {known_port})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ARCHIVE {folder} RW (100, 100mb) known
AETable END
"""


@dataclass(frozen=True)
class Dcmqrscp:
    """A running dcmqrscp that is called ARCHIVE."""

    port: int

    def destination(self, **settings: object) -> Destination:
        """Return the settings that send results here."""
        keys = {"name": "pacs", "kind": "dicom", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": self.port}
        return Destination.model_validate({**keys, **settings})


@contextmanager
def run_dcmqrscp(folder: Path, *options: str, known: str = "OSTEONODE", known_port: int = 11112) -> Iterator[Dcmqrscp]:
    """Run it with one peer that it knows, by AE title and by the port that it sends to."""
    storage, port = folder / "storage", find_free_port()
    storage.mkdir(parents=True)
    file = folder / "dcmqrscp.cfg"
    file.write_text(_CONFIGURATION.format(port=port, folder=storage, known=known, known_port=known_port))
    command = ["dcmqrscp", *options, "--config", str(file)]
    with run_peer(command, log=folder / "dcmqrscp.log", is_ready=lambda: accepts_connections(port)):
        yield Dcmqrscp(port)
