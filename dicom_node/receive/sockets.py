"""The sockets that DICOM comes in by: bound once, and handed to the processes that receive.

Apart from what listens on them, so that a process which is handed some loads nothing else first.
"""

import errno
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from config.settings import Settings

_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sockets:
    """What a node listens on, bound; several processes may take connections from the same ones.

    Attributes:
        tls: None where there is no port for TLS.
    """

    plain: socket.socket
    tls: socket.socket | None

    @classmethod
    def bind(cls, settings: Settings, patience_seconds: float = 0.0) -> "Sockets":
        """Bind the addresses of the configuration; nobody can connect before a listener takes them over.

        Args:
            patience_seconds: so long a port that is taken may become free.

        Raises:
            OSError: an address is taken, is none of this machine, or needs a permission.
        """
        address, tls = settings.node.bind, settings.tls
        with ExitStack() as undo:
            plain = _bind_patiently(address, settings.node.port, "node.port", patience_seconds)
            undo.callback(plain.close)
            encrypted = _bind_patiently(address, tls.port, "tls.port", patience_seconds) if tls is not None else None
            undo.pop_all()
        return cls(plain, encrypted)

    @property
    def port(self) -> int:
        """The TCP port, also where the settings leave the choice to the system."""
        return int(self.plain.getsockname()[1])

    @property
    def tls_port(self) -> int | None:
        """The TCP port that takes TLS, None where there is none."""
        return int(self.tls.getsockname()[1]) if self.tls is not None else None

    def close(self) -> None:
        """Close them in this process."""
        for each in (self.plain, self.tls):
            if each is not None:
                each.close()


def _bind_patiently(address: str, port: int, key: str, patience_seconds: float) -> socket.socket:
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return _bind(address, port, key)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE_SECONDS)


def _bind(address: str, port: int, key: str) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"cannot listen: {error.strerror}", f"{key} = {port}") from error
    return bound
