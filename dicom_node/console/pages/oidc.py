"""Logging in with a provider of identities."""

import logging
from typing import Final

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

_log = logging.getLogger("osteonode.console")
#: Under which failures of an address are counted; no user can have this name.
_ATTEMPTS: Final = "<oidc>"
_CALLBACK: Final = "/login/oidc/callback"


def send(visit: Visit) -> Response:
    """Send the browser to the provider."""
    from dicom_node.console.access.oidc.provider import LoginRefused

    provider, handshake = visit.services.access.provider, Handshake.begin(visit.query("next"))
    if provider is None:
        return visit.go(login.LOGIN)
    try:
        response = RedirectResponse(provider.address_for(handshake), status_code=303)
    except LoginRefused as error:
        return _refuse(visit, str(error))
    Cookies.of(visit.request).set_for_return(response, OIDC, handshake.to_cookie())
    return response


def come_back(visit: Visit) -> Response:
    """Take what the provider says, and let in whom one of the groups lets in."""
    from dicom_node.console.access.oidc.provider import LoginRefused

    access, cookies = visit.services.access, Cookies.of(visit.request)
    handshake = from_cookie(cookies.read(visit.request, OIDC))
    if access.provider is None or handshake is None:
        return _refuse(visit, "the browser came back without having been sent")
    if access.attempts.wait_seconds(_ATTEMPTS, address_of(visit.request)):
        return login.show(visit, handshake.next_path, "login.often", 429)
    try:
        identity = access.provider.identify(handshake, dict(visit.request.query_params))
    except LoginRefused as error:
        return _refuse(visit, str(error))
    if identity.role is None:
        return _refuse(visit, "no group of theirs has a role", identity.name, "login.oidc_role")
    # Not a redirect: a browser that is led on from another site sends no cookie of the kind that a session has.
    response = visit.render("entering.html", next=handshake.next_path)
    cookies.remove(response, OIDC)
    return login.begin(visit, identity.name, identity.role, Way.OIDC, response)


def _refuse(visit: Visit, why: str, name: str = "", words: str = "login.oidc_failed") -> Response:
    access, address = visit.services.access, address_of(visit.request)
    access.attempts.note_failure(_ATTEMPTS, address)
    access.trail.record(
        user_authentication(name or login.NOBODY, succeeded=False, address=address, explanation=f"OIDC: {why}")
    )
    _log.warning("console.oidc_failed: %s", why, extra={"event": "console.oidc_failed", "address": address})
    response = login.show(visit, "/", words, 403)
    Cookies.of(visit.request).remove(response, OIDC)
    return response


PAGE = Page("login", Role.VIEWER, (Get("/login/oidc", send, is_public=True), Get(_CALLBACK, come_back, is_public=True)))
