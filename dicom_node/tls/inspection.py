"""What a peer shows when it is called: its certificate, and whether this node would believe it."""

import socket
import ssl
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from config.completion import Query
from config.orthanc import Orthanc
from config.settings import Destination, DestinationTls, Settings
from dicom_node.tls.certificates import Certificate, read_shown
from dicom_node.tls.contexts import make_client_context
from dicom_node.tls.troubles import Side, explain

#: Long enough for a peer to refuse our certificate, which in TLS 1.3 comes after the handshake.
_REFUSAL_SECONDS = 0.5
_HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Shown:
    """What calling a peer showed.

    Attributes:
        version: of TLS, such as `TLSv1.3`; empty where there was no handshake.
        certificate: the peer's, believed or not.
        problem: why it is not believed, or why we are not; empty where all is well.
    """

    name: str
    at: str
    version: str = ""
    certificate: Certificate | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One connection with TLS that this node makes: to whom, and with what."""

    name: str
    host: str
    port: int
    tls: DestinationTls
    timeout_seconds: float


def list_calls(settings: Settings) -> tuple[Call, ...]:
    """Return the calls with TLS of a configuration: destinations, Orthancs that are sources, archives to be asked."""
    calls = [
        _call_of(f"destination {each.name}", each, each.url, each.host, each.port) for each in settings.destination
    ]
    calls += [_call_of(f"orthanc {each.name}", each, each.url, "", 0) for each in settings.orthanc]
    calls += [_call_of(f"query {each.ae_title}", each, "", each.host, each.port) for each in settings.query]
    return tuple(call for call in calls if call is not None)


def _call_of(name: str, of: Destination | Orthanc | Query, url: str, host: str, port: int) -> Call | None:
    if of.tls is None and not url.startswith("https:"):
        return None
    if url:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _HTTPS_PORT
    return Call(name, host, port, of.tls or DestinationTls(), of.timeout_seconds)


def inspect(call: Call) -> Shown:
    """Call a peer as the node would, and say what it showed; never raises for what the peer does.

    Raises:
        ConfigError: a file of its TLS settings is not what its key says.
    """
    shown = _call(call, make_client_context(call.tls))
    if shown.certificate is not None or not shown.problem:
        return shown
    curious = make_client_context(call.tls)  # to see it all the same
    curious.check_hostname, curious.verify_mode = False, ssl.CERT_NONE
    seen = _call(call, curious)
    return replace(shown, version=seen.version, certificate=seen.certificate)


def _call(call: Call, context: ssl.SSLContext) -> Shown:
    shown = Shown(call.name, f"{call.host}:{call.port}")
    try:
        connection = socket.create_connection((call.host, call.port), call.timeout_seconds)
    except OSError as error:
        return replace(shown, problem=f"no TCP connection: {error.strerror or error}")
    with connection:
        try:
            with context.wrap_socket(connection, server_hostname=call.tls.server_name or call.host) as encrypted:
                version, certificate = encrypted.version() or "", read_shown(encrypted)
                return replace(shown, version=version, certificate=certificate, problem=_await_refusal(encrypted))
        except OSError as error:
            return replace(shown, problem=explain(error, Side.CALLING))


def _await_refusal(connection: ssl.SSLSocket) -> str:
    connection.settimeout(_REFUSAL_SECONDS)
    try:
        connection.recv(1)
    except TimeoutError:
        return ""
    except OSError as error:
        return explain(error, Side.CALLING)
    return ""
