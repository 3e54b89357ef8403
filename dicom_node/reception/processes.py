"""The processes that receive: several on the same ports, because small images soon keep one interpreter busy.

The node itself holds the ports. While one process is replaced the others take the connections, and where there is no
other, whoever connects waits.
"""

from collections.abc import Callable, MutableSequence, Sequence
from contextlib import ExitStack
from typing import Final

from config.settings import Settings
from dicom_node.receive.sockets import Sockets
from dicom_node.reception.process import ReceptionProcess

#: The processes of a node that was killed end by themselves, and a moment later than it.
_PATIENCE_SECONDS: Final = 5.0


class Reception:
    """Binds its ports and begins to load when it is made, listens between `start` and `stop`.

    Args:
        model_set: of the models that read what arrives.
        prepare: called first in each process; must be importable by name there.
        cells: shared memory to count in, some for each of limits.receiving_processes; nothing where nobody asks.

    Raises:
        OSError: an address is taken, is none of this machine, or needs a permission.
    """

    def __init__(
        self,
        settings: Settings,
        model_set: str,
        prepare: Callable[[], None],
        cells: Sequence[MutableSequence[int]] = (),
    ) -> None:
        self._sockets = Sockets.bind(settings, _PATIENCE_SECONDS)
        with ExitStack() as undo:
            undo.callback(self._sockets.close)
            self._ports = self._sockets.port, self._sockets.tls_port
            self._processes: list[ReceptionProcess] = []
            for number in range(settings.limits.receiving_processes):
                own = cells[number] if cells else None
                self._processes.append(ReceptionProcess(settings, self._sockets, model_set, prepare, own))
                undo.callback(self._processes[-1].stop)
            undo.pop_all()

    @property
    def port(self) -> int:
        """The TCP port listened on, also where the settings leave the choice to the system."""
        return self._ports[0]

    @property
    def tls_port(self) -> int | None:
        """The TCP port that takes TLS, None where there is none."""
        return self._ports[1]

    @property
    def is_listening(self) -> bool:
        """Whether one of the processes is there, and was told to listen."""
        return any(process.is_listening for process in self._processes)

    @property
    def pids(self) -> list[int]:
        """Process identifiers."""
        return [process.pid for process in self._processes if process.pid is not None]

    def start(self) -> None:
        """Return when all of them listen.

        Raises:
            OSError: the folder cannot be made.
            OsteonodeError: a setting cannot be used, or a process ended.
        """
        for process in self._processes:
            process.start()

    def stop(self) -> None:
        """Take no more images, let open associations end for a while, and end; nothing where they have ended."""
        for process in self._processes:
            process.tell_to_stop()
        for process in self._processes:
            process.stop()
        self._sockets.close()
