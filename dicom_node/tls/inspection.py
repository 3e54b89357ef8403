"""What a peer shows when it is called: its certificate, and whether this node would believe it."""

import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.settings import Destination, DestinationTls
from dicom_node.tls.certificates import Certificate, read_shown
from dicom_node.tls.contexts import make_client_context, server_name_of
from dicom_node.tls.troubles import Side, explain

#: Long enough for a peer to refuse our certificate, which in TLS 1.3 comes after the handshake.
_REFUSAL_SECONDS = 0.5
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Shown:
    """What calling a destination showed.

    Attributes:
        version: of TLS, such as `TLSv1.3`; empty where there was no handshake.
        certificate: the peer's, believed or not.
        problem: why it is not believed, or why we are not; empty where all is well.
    """

    destination: str
    at: str
    version: str = ""
    certificate: Certificate | None = None
    problem: str = ""


def address_of(destination: Destination) -> tuple[str, int]:
    """Return host and port that a destination is called at, whatever its kind."""
    if not destination.url:
        return destination.host, destination.port
    parts = urlsplit(destination.url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def calls_with_tls(destination: Destination) -> bool:
    """Return whether a destination is called with TLS."""
    return destination.tls is not None or destination.url.startswith("https:")


def inspect(destination: Destination) -> Shown:
    """Call a destination as a delivery would, and say what it showed; never raises for what the peer does.

    Raises:
        ConfigError: a file of `[destination.tls]` is not what its key says.
    """
    tls = destination.tls or DestinationTls()
    believing, curious = make_client_context(tls), make_client_context(tls)
    curious.check_hostname, curious.verify_mode = False, ssl.CERT_NONE
    shown = _call(destination, believing)
    if shown.certificate is None and shown.problem:  # see it all the same
        seen = _call(destination, curious)
        return Shown(shown.destination, shown.at, seen.version, seen.certificate, shown.problem)
    return shown


def _call(destination: Destination, context: ssl.SSLContext) -> Shown:
    host, port = address_of(destination)
    shown = Shown(destination.name, f"{host}:{port}")
    name = server_name_of(destination) or host
    try:
        connection = socket.create_connection((host, port), destination.timeout_seconds)
    except OSError as error:
        return Shown(shown.destination, shown.at, problem=f"no TCP connection: {error.strerror or error}")
    with connection:
        try:
            with context.wrap_socket(connection, server_hostname=name) as encrypted:
                version, certificate = encrypted.version() or "", read_shown(encrypted)
                return Shown(shown.destination, shown.at, version, certificate, _await_refusal(encrypted))
        except OSError as error:
            return Shown(shown.destination, shown.at, problem=explain(error, Side.CALLING))


def _await_refusal(connection: ssl.SSLSocket) -> str:
    connection.settimeout(_REFUSAL_SECONDS)
    try:
        connection.recv(1)
    except TimeoutError:
        return ""
    except OSError as error:
        return explain(error, Side.CALLING)
    return ""
