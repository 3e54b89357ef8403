"""The way in and the way out. What is said of a failed login is the same whatever was wrong."""

import logging
from typing import Final

from starlette.responses import Response

from dicom_node.access_ports import Way, read_name
from dicom_node.console.access.access import Access
from dicom_node.console.addresses import own_path
from dicom_node.console.cookies import SESSION, VISIT, Cookies
from dicom_node.console.gate import address_of
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from domain.audit_templates import user_authentication
from domain.role import Role

_log = logging.getLogger("osteonode.console")
#: Who tried, in the trail, where nobody has the name that was typed: it may have been a password.
NOBODY: Final = "unknown"


def ask(visit: Visit) -> Response:
    """Show the form; somebody who is known goes on."""
    if visit.visitor is not None:
        return visit.go(visit.query("next"))
    return show(visit, visit.query("next"))


def enter(visit: Visit) -> Response:
    """Check name and password."""
    access, address = visit.services.access, address_of(visit.request)
    name, wanted = read_name(visit.field("name")), visit.field("next")
    if wait := access.attempts.begin(name, address):
        response = show(visit, wanted, "login.often", 429)
        response.headers["Retry-After"] = str(wait)
        return response
    known = access.book.credential(name)
    if not access.passwords.is_right(visit.field("password"), known[1] if known else None) or known is None:
        _note_failure(access, name if known else NOBODY, address)
        return show(visit, wanted, "login.wrong", 401)
    access.attempts.forgive(name, address)
    response = visit.go(wanted)
    begin(visit, name, known[0].role, Way.PASSWORD, response)
    return response


def begin(visit: Visit, name: str, role: Role, way: Way, response: Response) -> str:
    """Let somebody in: `response` gets the cookie of a session that did not exist before; return its secret."""
    access, cookies = visit.services.access, Cookies.of(visit.request)
    access.trail.record(user_authentication(name, address=address_of(visit.request)))
    secret = access.sessions.begin(name, role, way, instead_of=cookies.read(visit.request, SESSION))
    cookies.set(response, SESSION, secret)
    cookies.remove(response, VISIT)
    return secret


def leave(visit: Visit) -> Response:
    """End the session; the one at the provider, too, where the configuration says so."""
    access, visitor = visit.services.access, visit.visitor
    response = visit.go(LOGIN, "login.left")
    if visitor is not None and visitor.secret:
        access.sessions.end(visitor.secret)
        access.trail.record(user_authentication(visitor.name, login=False, address=visitor.address))
        if (
            visitor.way is Way.OIDC
            and access.provider
            and (address := access.provider.address_to_leave(visitor.secret))
        ):
            # Not a redirect: the policy of the page lets a form lead to this console alone.
            response = visit.render("leaving.html", address=address, visitor=None, navigation=())
    Cookies.of(visit.request).remove(response, SESSION)
    return response


def come_back(visit: Visit) -> Response:
    """Show the form to who comes back from the provider, where they have logged out."""
    return show(visit, "/", said="login.left_both")


def _note_failure(access: Access, who: str, address: str) -> None:
    why = "wrong name or password"
    access.trail.record(user_authentication(who, succeeded=False, address=address, explanation=why))
    fields = {"event": "console.login_failed", "user": who, "address": address}
    _log.warning("console.login_failed: %s from %s", who, address, extra=fields)


def show(visit: Visit, wanted: str, fault: str = "", status: int = 200, *, said: str = "") -> Response:
    """Show the form, with what was wrong, or what was done, as a key of the table of words."""
    oidc = visit.services.settings.console.oidc
    has_users = not visit.services.access.book.is_empty()
    return visit.render(
        "login.html", status, next=own_path(wanted), fault=fault, said=said, oidc=oidc, has_users=has_users
    )


LOGIN: Final = "/login"
PAGE = Page(
    "login",
    Role.VIEWER,
    (
        Get(LOGIN, ask, is_public=True),
        Post(LOGIN, enter, is_public=True),
        Get("/login/left", come_back, is_public=True),
        Post("/logout", leave, role=Role.VIEWER, is_public=True),
    ),
)
