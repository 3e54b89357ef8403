"""The TCP ports that DICOM comes in by: a plain one, and one that takes TLS and nothing else (PS3.15 B.12)."""

import os
import socket
import time
from socketserver import TCPServer
from threading import BoundedSemaphore, Thread
from typing import Any, Final

from pynetdicom.association import Association
from pynetdicom.transport import ThreadedAssociationServer

from dicom_node.receive import events
from dicom_node.tls.handshake import shake_hands
from dicom_node.tls.troubles import Side, explain

_POLL_SECONDS: Final = 0.2
_STUCK_SECONDS: Final = 10.0
#: Handshakes at the same time; whoever comes then is closed at once and may come again.
_HANDSHAKES: Final = 256


class Listener(ThreadedAssociationServer):
    """A server that does not drop connections when a whole department sends at once.

    Args:
        bound: the socket it listens on; other processes may listen on it as well.
        arguments: of pynetdicom's server.
    """

    request_queue_size = 128

    def __init__(self, bound: socket.socket, *arguments: Any, **settings: Any) -> None:
        self._bound = bound
        self._looked_at_seconds = time.monotonic()
        super().__init__(*arguments, **settings)

    @property
    def looks_for_connections(self) -> bool:
        """Whether its thread does what it is for; not before that has begun."""
        return time.monotonic() - self._looked_at_seconds < _STUCK_SECONDS

    def service_actions(self) -> None:
        """Note that the thread is at work."""
        self._looked_at_seconds = time.monotonic()
        super().service_actions()

    def server_bind(self) -> None:
        """Take over the socket that is bound."""
        assert self.socket is not None
        self.socket.close()
        self.socket = socket.socket(fileno=os.dup(self._bound.fileno()))
        # All processes wake when somebody connects, and one of them is first: the others must not wait for the next.
        self.socket.setblocking(False)
        self.server_address = self.socket.getsockname()

    def server_close(self) -> None:
        """Close the socket here; pynetdicom would shut it down for every process."""
        assert self.socket is not None
        self.socket.close()

    def shutdown(self) -> None:
        """Stop taking connections; pynetdicom's own version wants a server that its AE has started."""
        TCPServer.shutdown(self)


class TlsListener(Listener):
    """Shakes hands in the thread of each connection, within the ARTIM time: a silent caller holds nobody but itself."""

    daemon_threads = True

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        self._handshakes = BoundedSemaphore(_HANDSHAKES)
        super().__init__(*arguments, **settings)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Say whether there is room for another handshake."""
        return self._handshakes.acquire(blocking=False)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands, then hand the connection to an association; say why where there is no TLS on it."""
        if self._greets(request, str(client_address[0])):
            super().finish_request(request, client_address)
        else:
            self.shutdown_request(request)

    def _greets(self, connection: socket.socket, address: str) -> bool:
        try:
            shake_hands(connection, self.ae.acse_timeout or 0.0)
        except OSError as error:
            events.tls_failed(address, explain(error, Side.LISTENING))
            return False
        finally:
            self._handshakes.release()
        return True


class Listening:
    """A listener and the thread that accepts its connections, from now until `close`.

    Args:
        server: bound to its address.
    """

    def __init__(self, server: Listener) -> None:
        self._server = server
        self._thread = Thread(
            target=server.serve_forever, args=(_POLL_SECONDS,), name=f"storage-scp-{self.port}", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The TCP port listened on, also where the settings leave the choice to the system."""
        return int(self._server.server_address[1])

    @property
    def takes_connections(self) -> bool:
        """Whether its thread works."""
        return self._thread.is_alive() and self._server.looks_for_connections

    @property
    def established(self) -> list[Association]:
        """The associations that stand."""
        return [assoc for assoc in self._server.active_associations if assoc.is_established]

    def close(self) -> None:
        """Take no more connections."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
