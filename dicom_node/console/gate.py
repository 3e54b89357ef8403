"""Who asks? The one place that decides it, and what they may see."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from config.console import Console
from dicom_node.access_ports import Visitor, Way
from dicom_node.console.hosts import host_name, is_loopback
from domain.role import Role

#: What a proxy adds. A console that asks nobody who he is answers the one at this machine, and no proxy's guests.
_OF_PROXIES: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def sees_patients(role: Role, console: Console) -> bool:
    """Return whether names, IDs and birth dates of patients may be shown to a role."""
    return role.may(console.identifiers_from)


@dataclass(frozen=True, slots=True)
class Gate:
    """Tells who asks."""

    console: Console

    def authenticate(self, request: Request) -> Visitor | None:
        """Return who asks, None for nobody who is known. Blocking: the ledger is asked."""
        return self._local(request) if is_local(request) else None

    def _local(self, request: Request) -> Visitor:
        role = self.console.local_role
        return Visitor("local", role, Way.LOCAL, sees_patients(role, self.console))


def is_local(request: Request) -> bool:
    """Return whether a request was made at this very machine, by a name that no other machine can have."""
    address = request.client.host if request.client else ""
    through_proxy = any(name in request.headers for name in _OF_PROXIES)
    return is_loopback(address) and is_loopback(host_name(request.headers.get("Host", ""))) and not through_proxy
