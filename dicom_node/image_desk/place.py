"""Where the desk is: a socket and a spool in the data folder that nobody but the node's own user gets into."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = "desk"
_SOCKET: Final = "desk.sock"
_SPOOL: Final = "spool"
_UPLOADS: Final = "uploads"


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """The folder of the desk.

    Attributes:
        folder: mode 0700, with the socket and the spool.
    """

    folder: Path

    @classmethod
    def of_data(cls, data: Path) -> "DeskPlace":
        """Return the desk of a data folder."""
        return cls(data.resolve() / _FOLDER)

    @property
    def spool(self) -> Path:
        """Where images wait to be read, each in a folder of its own."""
        return self.folder / _SPOOL

    @property
    def uploads(self) -> Path:
        """What is kept of images that people uploaded."""
        return self.folder / _UPLOADS

    def make(self) -> None:
        """Make the folders. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.spool.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def address(self) -> Iterator[str]:
        """Give the address of the socket while inside; short however deep the folder lies.

        An address has at most 107 bytes (unix(7)), which the path of a data folder may well exceed. Raises OSError.
        """
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}/{_SOCKET}"
        finally:
            os.close(descriptor)

    def listen(self, backlog: int) -> socket.socket:
        """Return a listening socket of mode 0600; the one of a node that was killed is replaced. Raises OSError."""
        self.make()
        (self.folder / _SOCKET).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with self.address() as address:
                listener.bind(address)
            (self.folder / _SOCKET).chmod(0o600)
            listener.listen(backlog)
        except OSError:
            listener.close()
            raise
        return listener

    def forget(self) -> None:
        """Remove the socket."""
        (self.folder / _SOCKET).unlink(missing_ok=True)
