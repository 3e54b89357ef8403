"""A TLS handshake without a network: what each side says of it."""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Shaken:
    """How a handshake ended on both sides.

    Attributes:
        version: `TLSv1.3` and the like, empty where it failed.
        calling, listening: the error of a side; None where it is content.
    """

    version: str
    calling: ssl.SSLError | None
    listening: ssl.SSLError | None


def shake(client: ssl.SSLContext, server: ssl.SSLContext, name: str = "localhost") -> Shaken:
    """Let two contexts meet; `name` is what the client expects the server to be called."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    calling = client.wrap_bio(down, up, server_hostname=name)
    listening = server.wrap_bio(up, down, server_side=True)
    errors: dict[ssl.SSLObject, ssl.SSLError] = {}
    for _flight in range(4):
        for side in (calling, listening):
            if side not in errors:
                _step(side, errors)
    if not errors.get(calling):  # what a caller learns with its first read (TLS 1.3)
        _read(calling, errors)
    version = "" if errors else listening.version() or ""
    return Shaken(version, errors.get(calling), errors.get(listening))


def _step(side: ssl.SSLObject, errors: dict[ssl.SSLObject, ssl.SSLError]) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        pass
    except ssl.SSLError as error:
        errors[side] = error


def _read(side: ssl.SSLObject, errors: dict[ssl.SSLObject, ssl.SSLError]) -> None:
    try:
        side.read(1)
    except ssl.SSLWantReadError:
        pass
    except ssl.SSLError as error:
        errors[side] = error
