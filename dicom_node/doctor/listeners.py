"""Our own ports: whether this node listens there, could listen there, or who else has them; and who can reach it."""

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from config.settings import Settings
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.port_owners import Owner, find_owner
from dicom_node.doctor.verdicts import Check, Verdict, good

_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
_LOOPBACK: Final = ("127.", "::1", "localhost")
#: A connection on this machine comes about at once, or a firewall is in the way.
_LOCAL_SECONDS: Final = 2.0


#: Tables of the configuration that open a listener, and what comes in there.
_TABLES: Final = {"http": "STOW-RS", "orders": "HL7 orders", "console": "web console", "metrics": "Prometheus"}


@dataclass(frozen=True, slots=True)
class Port:
    """One that this node listens at.

    Attributes:
        key: of the configuration.
        purpose: what comes in there.
    """

    key: str
    purpose: str
    bind: str
    number: int


def ports_of(settings: Settings) -> tuple[Port, ...]:
    """Return every port of a configuration that the node listens at."""
    node = settings.node
    found = [Port("node.port", "DICOM", node.bind, node.port)]
    if settings.tls is not None:
        found.append(Port("tls.port", "DICOM over TLS", node.bind, settings.tls.port))
    for name, purpose in _TABLES.items():
        table = getattr(settings, name)
        if table is not None and getattr(table, "enabled", True):
            found.append(Port(f"{name}.port", purpose, table.bind, table.port))
    return tuple(found)


def examine_ports(settings: Settings, node_process: int | None) -> Iterator[Check]:
    """Look at every port of this node.

    Args:
        node_process: of the node that runs on the data folder, None where none does.
    """
    for port in ports_of(settings):
        yield _examine(port, node_process)
    yield from _judge_reach(settings)


def _examine(port: Port, node_process: int | None) -> Check:
    at = f"{port.bind}:{port.number} ({port.purpose})"
    if port.number == 0:
        return Check(port.key, Verdict.UNKNOWN, f"{port.purpose}: 0 lets the system choose; the log says which it is")
    if _is_open(port):
        return _judge_open(port, at, find_owner(port.number), node_process)
    problem = _try_to_bind(port)
    if problem is None and node_process is None:
        return good(port.key, f"{at} is free for this node, which does not run now")
    if problem is None:
        meaning = f"a node runs (process {node_process}), and does not listen at {at}"
        change = "wait, if it has just been started; else restart it: it reads its configuration only then"
        return Check(port.key, Verdict.FAULT, meaning, change, Place.HERE)
    return _judge_bind(port, at, problem)


def _is_open(port: Port) -> bool:
    try:
        socket.create_connection((_ANY.get(port.bind, port.bind), port.number), _LOCAL_SECONDS).close()
    except (OSError, UnicodeError):
        return False
    return True


def _judge_open(port: Port, at: str, owner: Owner | None, node_process: int | None) -> Check:
    if node_process is not None and (owner is None or node_process in (owner.process, owner.parent)):
        return good(port.key, f"this node listens at {at}")
    who = f"{owner}" if owner is not None else "a program of another user"
    meaning = f"{who} has {at}, and is not the node of this data folder"
    return Check(port.key, Verdict.FAULT, meaning, f"stop that program, or set {port.key} to another port", Place.HERE)


def _try_to_bind(port: Port) -> int | None:
    """Return the error number of binding to a port; None where it can be bound. It is free again at once."""
    family = socket.AF_INET6 if ":" in port.bind else socket.AF_INET
    try:
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((port.bind, port.number))
    except (socket.gaierror, UnicodeError):
        return errno.EADDRNOTAVAIL
    except OSError as error:
        return error.errno or errno.EIO
    return None


def _judge_bind(port: Port, at: str, problem: int) -> Check:
    bind_key = port.key.replace("tls.port", "node.port").replace(".port", ".bind")
    meaning, change = {
        errno.EADDRNOTAVAIL: (
            f"{port.bind} is no address of this machine",
            f"set {bind_key} to one; 0.0.0.0 is every one",
        ),
        errno.EACCES: (
            f"the system lets this user not listen at {at}",
            "take a port from 1024 on, or give the service the capability CAP_NET_BIND_SERVICE",
        ),
        errno.EADDRINUSE: (f"{find_owner(port.number) or 'another program'} has {at}", "stop it, or take another port"),
    }.get(problem, (f"{at} cannot be listened at: {errno.errorcode.get(problem, problem)}", f"change {bind_key}"))
    return Check(port.key, Verdict.FAULT, meaning, change, Place.HERE)


def _judge_reach(settings: Settings) -> Iterator[Check]:
    """Say who is meant to call and cannot, because the node listens on this machine alone."""
    if not settings.node.bind.startswith(_LOOPBACK):
        return
    senders = [each.ae_title for each in settings.sender if any(not a.startswith(_LOOPBACK) for a in each.addresses)]
    archives = [each.name for each in settings.destination if each.commitment and not each.host.startswith(_LOOPBACK)]
    for who, why in ((senders, "send"), (archives, "report on storage commitment")):
        if who:
            meaning = f"node.bind = {settings.node.bind} is this machine alone: {', '.join(who)} cannot {why}"
            change = "set node.bind to the address that they call, or 0.0.0.0"
            yield Check("reach", Verdict.FAULT, meaning, change, Place.HERE)
