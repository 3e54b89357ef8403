"""Who asks? The one place that decides it, and what they may see."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from config.console import Console
from dicom_node.access_ports import Visitor, Way
from dicom_node.console.access.access import Access
from dicom_node.console.access.tokens import bearer_of
from dicom_node.console.cookies import SESSION, Cookies
from dicom_node.console.hosts import host_name, is_loopback
from domain.role import Role

#: Sent by console.js when it looks again on its own: that keeps no session alive, and is never sent to the login.
LIVE_HEADER: Final = "X-Osteonode-Live"
#: Where a page listens for events: a browser sends no header of ours with that, so the address says the same.
LIVE_PATH: Final = "/live"
#: What a proxy adds. A console that asks nobody who he is answers the one at this machine, and no proxy's guests.
_OF_PROXIES: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def sees_patients(role: Role, console: Console) -> bool:
    """Return whether names, IDs and birth dates of patients may be shown to a role."""
    return role.may(console.identifiers_from)


@dataclass(frozen=True, slots=True)
class Gate:
    """Tells who asks."""

    access: Access

    def authenticate(self, request: Request) -> Visitor | None:
        """Return who asks, None for nobody who is known. Blocking: the ledger is asked.

        A visitor with a `secret` came by a cookie: what changes something needs their CSRF token (console/csrf.py).
        """
        if token := bearer_of(request.headers.get("Authorization", "")):
            return self._program(request, token)
        secret = Cookies.of(request).read(request, SESSION)
        if secret and (visitor := self._person(request, secret)) is not None:
            return visitor
        return self._local(request) if is_local(request) and self.access.is_open() else None

    def _program(self, request: Request, token: str) -> Visitor | None:
        found = self.access.tokens.find(token)
        if found is None:
            return None
        return self._visitor(request, f"{found.owner or 'token'}:{found.label}", found.role, Way.TOKEN)

    def _person(self, request: Request, secret: str) -> Visitor | None:
        is_live = LIVE_HEADER in request.headers or request.url.path == LIVE_PATH
        found = self.access.sessions.find(secret, is_live=is_live)
        return self._visitor(request, found.name, found.role, found.way, secret) if found is not None else None

    def _local(self, request: Request) -> Visitor:
        return self._visitor(request, "local", self.access.console.local_role, Way.LOCAL)

    def _visitor(self, request: Request, name: str, role: Role, way: Way, secret: str = "") -> Visitor:
        return Visitor(name, role, way, sees_patients(role, self.access.console), secret, address_of(request))


def address_of(request: Request) -> str:
    """Return where somebody calls from: as the connection says, or a proxy that the configuration believes."""
    return request.client.host if request.client else ""


def is_local(request: Request) -> bool:
    """Return whether a request was made at this very machine, by a name that no other machine can have."""
    through_proxy = any(name in request.headers for name in _OF_PROXIES)
    known = is_loopback(address_of(request)) and is_loopback(host_name(request.headers.get("Host", "")))
    return known and not through_proxy
