"""TLS on the way to a destination, for each kind of it."""

import socket
import ssl

from config.settings import Destination
from dicom_node.tls.contexts import make_client_context, server_name_of
from dicom_node.tls.handshake import LateHandshake, NotingSocket
from dicom_node.tls.troubles import Side, explain


def client_context(settings: Destination) -> ssl.SSLContext | None:
    """Return how to call a destination, None where it is called plainly.

    Made for each attempt, so that new certificates of ours hold from the next one.

    Raises:
        ConfigError: a file of `[destination.tls]` is not what its key says.
    """
    return None if settings.tls is None else make_client_context(settings.tls)


def tls_arguments(settings: Destination) -> tuple[ssl.SSLContext, str] | None:
    """Return what pynetdicom takes for an association with TLS, None for one without; raises ConfigError."""
    context = client_context(settings)
    return None if context is None else (LateHandshake(context).as_context(), server_name_of(settings))


def find_trouble(connection: socket.socket | None) -> OSError | None:
    """Return the alert that a peer ended a connection with, None where there was none."""
    return connection.trouble if isinstance(connection, NotingSocket) else None


def explain_break(error: OSError) -> str:
    """Return why TLS to a peer failed, and which side has to change what."""
    return explain(error, Side.CALLING)


def connect(settings: Destination) -> socket.socket:
    """Return a connection to `host` and `port`, with TLS where the destination has it; `timeout_seconds` for each step.

    Raises:
        ConfigError: a file of `[destination.tls]` is not what its key says.
        TlsFailed: the handshake failed; the sentence says why.
        OSError: no TCP connection.
    """
    context = client_context(settings)
    connection = socket.create_connection((settings.host, settings.port), settings.timeout_seconds)
    if context is None:
        return connection
    try:
        return context.wrap_socket(connection, server_hostname=server_name_of(settings))
    except OSError as error:
        connection.close()
        raise TlsFailed(explain_break(error)) from error


class TlsFailed(Exception):
    """There is a connection, but no TLS on it. The text says why, and which side has to change what."""
