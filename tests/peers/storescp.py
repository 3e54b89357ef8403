"""DCMTK's storescp: a storage SCP that writes what it gets into a folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Destination
from tests.peers.processes import accepts_connections, find_free_port, run_peer


@dataclass(frozen=True)
class Storescp:
    """A running storescp; it takes any called AE title."""

    port: int
    folder: Path

    def files(self) -> tuple[Path, ...]:
        """Return what has arrived."""
        return tuple(sorted(path for path in self.folder.iterdir() if path.suffix != ".log"))

    def destination(self, name: str = "storescp") -> Destination:
        """Return the settings that send results here."""
        return Destination(name=name, kind="dicom", ae_title="STORESCP", host="127.0.0.1", port=self.port)


@contextmanager
def run_storescp(folder: Path, *options: str) -> Iterator[Storescp]:
    """Run storescp with options of its own, such as `+xi` to take Implicit VR LE only."""
    received = folder / "received"
    received.mkdir(parents=True)
    port = find_free_port()
    command: Sequence[str] = ["storescp", *options, "--output-directory", str(received), str(port)]
    with run_peer(command, log=folder / "storescp.log", is_ready=lambda: accepts_connections(port)):
        yield Storescp(port, received)
