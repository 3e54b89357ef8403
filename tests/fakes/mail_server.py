"""A mail server on loopback (aiosmtpd) that keeps what it is sent."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from tests.system.free_port import free_port

USER, PASSWORD = "node", "open sesame"


class MailServer:
    """What arrived, and how this server answers."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.sessions: list[Session] = []
        self.answer = "250 OK"
        self.refused: tuple[str, ...] = ()

    # The names are those that aiosmtpd calls.
    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("2"):
            self.mails.append(message_from_bytes(cast(bytes, envelope.content), policy=policy.default))
            self.recipients += envelope.rcpt_tos
            self.sessions.append(session)
        return self.answer


@contextmanager
def serve_mail(context: ssl.SSLContext | None = None, *, log_in: bool = False) -> Iterator[MailServer]:
    """Give a server that listens; with a context it offers STARTTLS, with `log_in` it wants to know who calls."""
    server = MailServer()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        is_known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_known, handled=False)

    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        tls_context=context,
        require_starttls=context is not None,
        auth_required=log_in,
        authenticator=authenticate if log_in else None,
        auth_exclude_mechanism=["LOGIN"],
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
