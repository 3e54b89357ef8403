"""Why there was no answer from a web destination, whichever library called it."""

import socket
import ssl

from dicom_node.deliver.encryption import explain_break

#: The peer closed where bytes were on their way: with TLS, it may not have believed us.
_CUT = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)


def explain_silence(error: BaseException, at: str) -> str:
    """Return why a call ended without an answer, and what to change where.

    Args:
        error: of requests or httpx; what the system said stands somewhere behind it.
        at: the url of the destination.
    """
    cause = _find_cause(error)
    if isinstance(cause, ssl.SSLError) or (isinstance(cause, _CUT) and at.startswith("https:")):
        return f"{at}: {explain_break(cause)}"
    if isinstance(cause, TimeoutError):
        return f"{at}: no answer in time; check that the peer is not overloaded, or raise timeout_seconds"
    if isinstance(cause, socket.gaierror):
        return f"{at}: its host name is not known here; check url, and the name service of this machine"
    what = cause.strerror or type(cause).__name__ if isinstance(cause, OSError) else type(error).__name__
    return f"{at}: no connection, or it broke: {what}; check that the peer runs, url, and firewalls on the way"


def _find_cause(error: BaseException) -> BaseException | None:
    """Return the nearest error of the system behind one of a library; urllib3 has some among its arguments alone."""
    waiting, seen = [error], set[int]()
    while waiting:
        nearest = waiting.pop(0)
        if _is_of_system(nearest):
            return nearest
        seen.add(id(nearest))
        behind = (nearest.__cause__, nearest.__context__, getattr(nearest, "reason", None), *nearest.args)
        waiting += [each for each in behind if isinstance(each, BaseException) and id(each) not in seen]
    return None


def _is_of_system(error: BaseException) -> bool:
    is_kind = isinstance(error, ssl.SSLError | TimeoutError | ConnectionError | socket.gaierror)
    return is_kind and type(error).__module__ in ("builtins", "ssl", "socket")
