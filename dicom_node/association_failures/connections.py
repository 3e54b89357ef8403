"""No TCP connection, or one on which nobody speaks DICOM: what the operating system says, and what to change."""

import errno
import socket
from dataclasses import dataclass
from typing import Final

from dicom_node.association_failures.explanation import Explanation, Place


@dataclass(frozen=True, slots=True)
class _Row:
    said: str
    meaning: str
    change: str
    place: Place


REFUSED: Final = "TCP-REFUSED"
TIMED_OUT: Final = "TCP-TIMED-OUT"
NOT_RESOLVED: Final = "NAME-NOT-RESOLVED"
NO_ROUTE: Final = "TCP-NO-ROUTE"
BROKEN: Final = "TCP-BROKEN"
FAILED: Final = "TCP-FAILED"
NO_ANSWER: Final = "NO-ASSOCIATION-ANSWER"
CLOSED: Final = "ASSOCIATION-CLOSED"

_TABLE: Final[dict[str, _Row]] = {
    REFUSED: _Row(
        "no TCP connection to {at}: connection refused",
        "the machine is there, and no program listens at this port",
        "check that the peer runs and which port it listens at; correct `port` here, or start it there",
        Place.EITHER,
    ),
    TIMED_OUT: _Row(
        "no TCP connection to {at}: no answer{waited}",
        "nothing came back: the machine is off, the address is another one's, or a firewall drops what is sent",
        "check `host` and `port` here, that the machine is on, and let firewalls on the way pass this port",
        Place.BETWEEN,
    ),
    NOT_RESOLVED: _Row(
        "no TCP connection to {at}: host name not resolved",
        "this machine finds no address for the host name",
        "correct `host` here, or add the name to the name service (or /etc/hosts) that this machine asks",
        Place.HERE,
    ),
    NO_ROUTE: _Row(
        "no TCP connection to {at}: no route",
        "this machine has no way to the address, or a router or firewall says so",
        "check `host` here, the network settings of this machine, and routes and firewalls on the way",
        Place.BETWEEN,
    ),
    BROKEN: _Row(
        "no TCP connection to {at}: connection broken",
        "it stood, and the other side or something between ended it at once",
        "check that the peer takes connections from this address, and firewalls on the way",
        Place.PEER,
    ),
    FAILED: _Row(
        "no TCP connection to {at}",
        "the operating system gives no better reason",
        "check that the peer runs, `host` and `port` here, and firewalls on the way",
        Place.EITHER,
    ),
    NO_ANSWER: _Row(
        "{at} did not answer the association request{waited}",
        "something accepts connections there and speaks no DICOM, or is too busy to answer",
        "check that a DICOM application listens there (with TLS, if this destination has [destination.tls], else "
        "without) and is not overloaded, or raise timeout_seconds of this destination",
        Place.EITHER,
    ),
    CLOSED: _Row(
        "{at} closed the connection or gave no answer{waited}",
        "the association ended in the middle, without a word",
        "look in its log for the reason; check that it is not overloaded, or raise timeout_seconds of this destination",
        Place.PEER,
    ),
}
CONNECTION_CODES: Final = tuple(_TABLE)
_NO_ROUTES: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)


def code_of(error: BaseException) -> str:
    """Return which of the rows an error of the operating system is."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return NOT_RESOLVED
    if isinstance(error, TimeoutError):
        return TIMED_OUT
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    if isinstance(error, ConnectionError):
        return BROKEN
    return NO_ROUTE if getattr(error, "errno", None) in _NO_ROUTES else FAILED


def explain_connection(code: str, at: str, seconds: float | None = None) -> Explanation:
    """Return what a row says of a peer.

    Args:
        code: of `CONNECTION_CODES`.
        at: whom or what was called, such as `PACS at 10.1.2.3:104`.
        seconds: how long was waited, where that says something.
    """
    row = _TABLE[code]
    waited = f" within {seconds:g} s" if seconds is not None else ""
    return Explanation(code, row.said.format(at=at, waited=waited), row.meaning, row.change, row.place)
