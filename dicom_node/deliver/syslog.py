"""Syslog messages to an audit record repository: over TLS (RFC 5425), TCP (RFC 6587), or UDP (RFC 5426)."""

import select
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from config.audit import Audit
from config.tls import DestinationTls
from dicom_node.tls.contexts import make_client_context
from dicom_node.tls.troubles import Side, explain
from domain.errors import PeerUnreachable

#: So long a repository may take to close a connection that it does not want, after it was sent something.
_REFUSAL_SECONDS: Final = 0.05


class SyslogSender:
    """Sends messages on one connection, which is opened when it is needed and kept. For one thread.

    Syslog has no acknowledgement: what is told as sent was written to a connection that stood afterwards. A message may
    reach the repository twice, when a connection broke while it was written.
    """

    def __init__(self, settings: Audit) -> None:
        self._settings = settings
        self._connection: socket.socket | None = None

    def send(self, messages: Sequence[bytes]) -> None:
        """Send messages, all or none known to be sent.

        Raises:
            PeerUnreachable: there is no connection, or it broke; the message says which side has to change what.
            ConfigError: a file of the TLS settings is not what its key says.
        """
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._write(self._connection, messages)
        except ssl.SSLError as error:
            self.close()
            raise PeerUnreachable(f"the audit repository at {self._at}: {explain(error, Side.CALLING)}") from error
        except OSError as error:
            self.close()
            why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
            raise PeerUnreachable(
                f"the audit repository at {self._at}: {why}; check audit.repository, audit.port, and firewalls"
            ) from error

    def close(self) -> None:
        """Close the connection; nothing where there is none."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    @property
    def _at(self) -> str:
        return f"{self._settings.repository}:{self._settings.port}"

    def _connect(self) -> socket.socket:
        settings = self._settings
        address = settings.repository, settings.port
        if settings.transport == "udp":
            family, kind, _, _, found = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
            connection = socket.socket(family, kind)
            connection.connect(found)
            return connection
        connection = socket.create_connection(address, timeout=settings.timeout_seconds)
        if settings.transport == "tcp":
            return connection
        try:
            tls = settings.tls or DestinationTls()
            context = make_client_context(tls, table="audit.tls")
            return context.wrap_socket(connection, server_hostname=tls.server_name or settings.repository)
        except BaseException:
            connection.close()
            raise

    def _write(self, connection: socket.socket, messages: Sequence[bytes]) -> None:
        if self._settings.transport == "udp":
            for message in messages:
                connection.send(message)
            return
        for pieces, seconds in (((), 0.0), (messages, _REFUSAL_SECONDS)):
            connection.settimeout(self._settings.timeout_seconds)
            connection.sendall(b"".join(map(frame, pieces)))
            _require_open(connection, seconds)


def frame(message: bytes) -> bytes:
    """Return a message with its length before it (RFC 5425 4.3)."""
    return b"%d %b" % (len(message), message)


def _require_open(connection: socket.socket, seconds: float) -> None:
    """Raise OSError where the repository has closed: it says nothing else, so any word of it is its last."""
    readable, _, _ = select.select([connection], [], [], seconds)
    if not readable:
        return
    connection.setblocking(False)  # until the next write sets its timeout
    try:
        if connection.recv(1024) == b"":
            raise ConnectionResetError("it closed the connection")
    except (ssl.SSLWantReadError, BlockingIOError):
        pass  # a ticket of TLS 1.3, and nothing of the repository's
