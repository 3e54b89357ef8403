"""Connections that cannot be held open for nothing: a bound on their number, and on the time that a request may take.

uvicorn bounds neither: it waits for a request as long as the caller likes, and drains what comes behind an answer.
"""

import asyncio
import ssl
from typing import Any, ClassVar

from cryptography import x509
from uvicorn.protocols.http.h11_impl import H11Protocol


class BoundedProtocol(H11Protocol):
    """One HTTP connection.

    Attributes:
        most_connections: further ones are closed at once.
        head_seconds: for the head of a request, and for the rest of a body that was refused.
    """

    most_connections: ClassVar[int]
    head_seconds: ClassVar[float]

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._patience: asyncio.TimerHandle | None = None
        self._subject = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many."""
        super().connection_made(transport)
        self._subject = _read_subject(transport.get_extra_info("ssl_object"))
        if len(self.connections) > self.most_connections:
            transport.abort()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take the next bytes."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._forget()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Serve what came; a request is served with the subject of the certificate that was shown."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self.scope["extensions"] = {"tls": {"client_cert_name": self._subject}}

    def _watch(self) -> None:
        """Let the time run while no request is being served, and stop it while one is."""
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]
            self._forget()
        elif self._patience is None:
            self._patience = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _forget(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def bound(most_connections: int, head_seconds: float) -> type[BoundedProtocol]:
    """Return the protocol with these bounds."""
    bounds = {"most_connections": most_connections, "head_seconds": head_seconds}
    return type("BoundedProtocol", (BoundedProtocol,), bounds)


def _read_subject(connection: ssl.SSLObject | None) -> str:
    """Return the subject of the peer's certificate (RFC 4514), empty where it showed none."""
    encoded = connection.getpeercert(binary_form=True) if connection is not None else None
    return x509.load_der_x509_certificate(encoded).subject.rfc4514_string() if encoded else ""
