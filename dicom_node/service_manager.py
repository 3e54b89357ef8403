"""What the node tells the service manager that started it (sd_notify(3)); nothing where none asked to be told.

READY=1 when it receives, STOPPING=1 when it ends, WATCHDOG=1 for as long as it works: a node that does not say so in
time hangs, and is ended and started again.
"""

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

#: As systemd's manual advises: two words in the time that it waits for one.
_WORDS_IN_TIME: Final = 2


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Whom to tell.

    Attributes:
        address: of its datagram socket, a path or, after `@`, an abstract name; empty where nobody asked.
        word_seconds: so often it wants to hear that the node works; None where it does not.
    """

    address: str = ""
    word_seconds: float | None = None

    @classmethod
    def take_from(cls, environment: MutableMapping[str, str], pid: int) -> Self:
        """Return who asked to be told, and take the request out of the environment: it is not for other processes.

        Args:
            pid: of this process; a request that names another one is none.
        """
        address = environment.pop("NOTIFY_SOCKET", "")
        limit = environment.pop("WATCHDOG_USEC", "")
        wanted = environment.pop("WATCHDOG_PID", str(pid))
        if not address or wanted != str(pid) or not limit.isdecimal() or int(limit) == 0:
            return cls(address)
        return cls(address, int(limit) / 1e6 / _WORDS_IN_TIME)

    def tell(self, *states: str) -> None:
        """Send states such as READY=1; a manager that does not hear them keeps nobody from working."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as telling:
            telling.settimeout(1.0)
            telling.sendto("\n".join(states).encode(), address)


def of_this_process() -> ServiceManager:
    """Return whom this process is to tell; called once, before it starts others."""
    return ServiceManager.take_from(os.environ, os.getpid())
