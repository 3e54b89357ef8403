"""By which names browsers may call the console: a foreign name that is pointed here could read it (DNS rebinding)."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from config.console import Console

LOOPBACK_NAMES: Final = frozenset({"localhost"})


class KnownHosts:
    """Decides by the header Host alone. An address is always known: only names can be pointed elsewhere."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names if name)

    @classmethod
    def of(cls, console: Console) -> "KnownHosts":
        """Return the names that a configuration knows, and the machine's own."""
        machine = socket.gethostname()
        own = (machine, machine.partition(".")[0], urlsplit(console.public_url).hostname or "")
        return cls((*LOOPBACK_NAMES, *own, *console.host_names))

    def knows(self, host: str) -> bool:
        """Return whether the value of a header Host, with or without its port, is one of ours."""
        name = host_name(host)
        return is_address(name) or name in self._names


def host_name(host: str) -> str:
    """Return the name or address in a header Host, without port, in lower case; empty where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    """Return whether this is an IPv4 or IPv6 address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Return whether a name or an address means this machine, and no other can mean itself by it."""
    if not is_address(name):
        return name in LOOPBACK_NAMES
    address = ip_address(name)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
