"""Alerts by mail: SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS (RFC 8314)."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Final

from config.alerts import AlertChannel
from config.tls import DestinationTls
from dicom_node.alert_ports import AlertMessage
from dicom_node.monitoring.alerts.wording import write_time
from dicom_node.secret_file import read_secret
from dicom_node.tls.contexts import make_client_context
from domain.alert import AlertEvent
from domain.errors import ConfigError, PeerBusy, PeerRejected, PeerUnreachable

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class MailChannel:
    """Sends mails (alert_ports.AlertChannel).

    Args:
        node: AE title of the node, which the subject names.
    """

    def __init__(self, settings: AlertChannel, node: str) -> None:
        self.name = settings.name
        self._settings, self._node = settings, node

    def send(self, message: AlertMessage) -> str:
        """Send one mail to all recipients; see the port."""
        mail = write_mail(message, self._settings, self._node)
        with _explained(self._settings), self._open() as server:
            refused = server.send_message(mail)
        if refused:
            reasons = "; ".join(f"{code} {text.decode('ascii', 'replace')}" for code, text in refused.values())
            raise PeerRejected(f"the mail server took it for some recipients only: {reasons}", subject=self.name)
        return f"{len(self._settings.recipients)} recipients"

    def probe(self) -> None:
        """Connect, encrypt and log in; no mail is sent. Raises what `send` raises."""
        with _explained(self._settings), self._open() as server:
            server.noop()

    @contextmanager
    def _open(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        context = make_client_context(
            DestinationTls(authorities_file=settings.authorities_file), table=f"alert_channel {self.name}"
        )
        # The name in EHLO is not looked up: a name server that is down must not keep alerts waiting.
        open_server = partial(smtplib.SMTP_SSL, context=context) if settings.security == "tls" else smtplib.SMTP
        port = settings.port or _PORTS[settings.security]
        server = open_server(settings.host, port, local_hostname="osteonode", timeout=settings.timeout_seconds)
        try:
            self._greet(server, context)
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _greet(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        settings = self._settings
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user and settings.password_file is not None:
            server.login(settings.user, read_secret(settings.password_file, f"alert_channel {self.name}.password_file"))


@contextmanager
def _explained(settings: AlertChannel) -> Iterator[None]:
    """Turn what a mail server does into one of our errors, with what to change."""
    where = f"{settings.host}:{settings.port or _PORTS[settings.security]}"
    try:
        yield
    except smtplib.SMTPNotSupportedError as error:
        words = f"{where} offers no STARTTLS or no log-in: change security or user of this channel"
        raise PeerRejected(words, subject=settings.name) from error
    except smtplib.SMTPAuthenticationError as error:
        words = f"{where} refuses user and password ({error.smtp_code}): correct user or password_file"
        raise PeerRejected(words, subject=settings.name) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({str(code) for code, _text in error.recipients.values()})
        words = f"{where} refuses every recipient ({', '.join(codes)}): correct recipients, or let it relay for us"
        raise PeerRejected(words, subject=settings.name) from error
    except smtplib.SMTPResponseException as error:
        kind = PeerBusy if 400 <= error.smtp_code < 500 else PeerRejected
        raise kind(f"{where} answered {error.smtp_code}", subject=settings.name) from error
    except ssl.SSLError as error:
        words = f"no TLS with {where}: {error.reason or 'handshake failed'}: check authorities_file and security"
        raise PeerUnreachable(words, subject=settings.name) from error
    except (smtplib.SMTPException, OSError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise PeerUnreachable(f"no connection to {where}: {why}", subject=settings.name) from error
    except ConfigError as error:
        raise PeerRejected("; ".join(error.problems), subject=settings.name) from error


def write_mail(message: AlertMessage, settings: AlertChannel, node: str) -> EmailMessage:
    """Return the mail; a message that is sent twice has one Message-ID, and those of one alert are one thread."""
    mail, domain = EmailMessage(), settings.sender.partition("@")[2]
    mail["Subject"] = f"[{node}] {message.text.title}"
    mail["From"] = Address(node, addr_spec=settings.sender)
    mail["To"] = ", ".join(settings.recipients)
    mail["Date"] = format_datetime(message.created_at)
    first = f"<alert-{message.alert}.{int(message.raised_at.timestamp())}.{settings.name}@{domain}>"
    if message.event in (AlertEvent.RAISED, AlertEvent.TEST):
        mail["Message-ID"] = first
    else:
        mail["Message-ID"] = f"<alert-message-{message.number}.{settings.name}@{domain}>"
        mail["In-Reply-To"] = mail["References"] = first
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notice is wanted
    mail.set_content(
        f"{message.text.title}\n\nWhat happened: {message.text.happened}\n\nWhat to do: {message.text.to_do}\n\n"
        f"Node {node}, cause {message.kind}, alert {message.alert}, since {write_time(message.raised_at)}.\n"
    )
    return mail
