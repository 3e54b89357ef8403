"""Logging in with a provider of identities."""

import logging
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from dicom_node.access_ports import Way
from dicom_node.console.access.oidc.handshake import Handshake, from_cookie
from dicom_node.console.cookies import OIDC, Cookies
from dicom_node.console.gate import address_of
from dicom_node.console.page import Get, Page
from dicom_node.console.pages import login
from dicom_node.console.visit import Visit
from domain.audit_templates import user_authentication
from domain.role import Role

if TYPE_CHECKING:
    from dicom_node.console.access.oidc.provider import Identity, Provider

_log = logging.getLogger("osteonode.console")
_CALLBACK: Final = "/login/oidc/callback"


def send(visit: Visit) -> Response:
    """Send the browser to the provider."""
    from dicom_node.console.access.oidc.provider import LoginRefused

    provider, handshake = visit.services.access.provider, Handshake.begin(visit.query("next"))
    if provider is None:
        return visit.go(login.LOGIN)
    try:
        response = RedirectResponse(provider.address_for(handshake), status_code=303)
    except LoginRefused as error:  # nobody has tried to log in yet, so the trail is told nothing
        return _refuse(visit, str(error))
    Cookies.of(visit.request).set_for_return(response, OIDC, handshake.to_cookie())
    return response


def come_back(visit: Visit) -> Response:
    """Take what the provider says, and let in whom one of the groups lets in."""
    from dicom_node.console.access.oidc.provider import LoginRefused

    access, address = visit.services.access, address_of(visit.request)
    handshake = from_cookie(Cookies.of(visit.request).read(visit.request, OIDC))
    if access.provider is None or handshake is None:
        return visit.go(login.LOGIN)
    if access.attempts.begin(_key(address), address):
        return login.show(visit, handshake.next_path, "login.often", 429)
    try:
        identity = access.provider.identify(handshake, dict(visit.request.query_params))
    except LoginRefused as error:
        _tell(visit, login.NOBODY, str(error))
        return _refuse(visit, str(error))
    if identity.role is None:
        _tell(visit, identity.name, "none of their groups has a role")
        return _refuse(visit, "none of their groups has a role", "login.oidc_role")
    access.attempts.forgive(_key(address), address)
    return _let_in(visit, access.provider, handshake, identity)


def _let_in(visit: Visit, provider: "Provider", handshake: Handshake, identity: "Identity") -> Response:
    # Not a redirect: a browser that is led on from another site sends no cookie of the kind that a session has.
    response = visit.render("entering.html", next=handshake.next_path)
    Cookies.of(visit.request).remove(response, OIDC)
    secret = login.begin(visit, identity.name, identity.role or Role.VIEWER, Way.OIDC, response)
    provider.hints.keep(secret, identity.id_token)
    return response


def _key(address: str) -> str:
    """Return under which name failures are counted: no user can have it, and each address has its own."""
    return f"<oidc {address}>"


def _tell(visit: Visit, who: str, why: str) -> None:
    event = user_authentication(who, succeeded=False, address=address_of(visit.request), explanation=f"OIDC: {why}")
    visit.services.access.trail.record(event)


def _refuse(visit: Visit, why: str, words: str = "login.oidc_failed") -> Response:
    fields = {"event": "console.oidc_failed", "address": address_of(visit.request)}
    _log.warning("console.oidc_failed: %s", why, extra=fields)
    response = login.show(visit, "/", words, 403)
    Cookies.of(visit.request).remove(response, OIDC)
    return response


PAGE = Page("login", Role.VIEWER, (Get("/login/oidc", send, is_public=True), Get(_CALLBACK, come_back, is_public=True)))
