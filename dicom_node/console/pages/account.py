"""One's own account: the password, and the tokens of one's programs."""

from starlette.responses import Response

from dicom_node.access_ports import Visitor, Way
from dicom_node.console.access.passwords import find_fault
from dicom_node.console.cookies import SESSION, Cookies
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from domain.audit_templates import user_changed
from domain.role import Role

_DAYS = (30, 90, 365)


def show(visit: Visit) -> Response:
    """Show who one is here, and one's tokens."""
    return _show(visit)


def _show(visit: Visit, *, made: str = "", fault: str = "", status: int = 200) -> Response:
    visitor = _known(visit)
    owns = visitor.way is Way.PASSWORD
    return visit.render(
        "account.html",
        status,
        owns=owns,
        tokens=visit.services.access.book.tokens(visitor.name) if owns else (),
        roles=[role for role in Role if visitor.role.may(role)],
        days=_DAYS,
        now=visit.services.clock.now(),
        made=made,
        fault=fault,
    )


def change_password(visit: Visit) -> Response:
    """Give oneself another password; every other session of one's own ends, and this one goes on under a new secret."""
    access, visitor = visit.services.access, _owner(visit)
    if visitor is None:
        return _show(visit, fault="account.not_yours", status=409)
    if fault := _fault_of_change(visit, visitor):
        return _show(visit, fault=fault, status=422)
    access.book.set_password(visitor.name, access.passwords.make_hash(visit.field("new")))
    access.trail.record(user_changed(visitor.name, visitor.name, "the password was changed", address=visitor.address))
    response = visit.go("/account", "account.changed")
    secret = access.sessions.begin(visitor.name, visitor.role, visitor.way)
    Cookies.of(visit.request).set(response, SESSION, secret)
    return response


def _fault_of_change(visit: Visit, visitor: Visitor) -> str:
    """Return why a password is not changed, as a key; guessing the present one is limited as at the login."""
    access = visit.services.access
    if access.attempts.begin(visitor.name, visitor.address):
        return "login.often"
    known = access.book.credential(visitor.name)
    if not access.passwords.is_right(visit.field("present"), known[1] if known else None):
        return "account.wrong"
    access.attempts.forgive(visitor.name, visitor.address)
    if visit.field("new") != visit.field("again"):
        return "account.differ"
    return "account.weak" if find_fault(visit.field("new"), visitor.name) else ""


def make_token(visit: Visit) -> Response:
    """Make a token, and show it this once."""
    access, visitor = visit.services.access, _owner(visit)
    role, days = visit.field("role"), visit.field("days")
    if visitor is None or role not in tuple(Role) or not visitor.role.may(Role(role)) or not days.isdecimal():
        return _show(visit, fault="account.not_yours", status=409)
    try:
        token, kept = access.tokens.make(visit.field("label"), Role(role), int(days[:6]), visitor.name)
    except ValueError:
        return _show(visit, fault="account.no_label", status=422)
    what = f"API token {kept.number} was made, role {kept.role.value}"
    access.trail.record(user_changed(visitor.name, visitor.name, what, address=visitor.address))
    return _show(visit, made=token)


def revoke_token(visit: Visit) -> Response:
    """Revoke one of one's own tokens."""
    visitor, number = _known(visit), visit.path_value("number")
    access = visit.services.access
    if number.isdecimal() and access.book.revoke_token(int(number), visitor.name):
        what = f"API token {number} was revoked"
        access.trail.record(user_changed(visitor.name, visitor.name, what, address=visitor.address))
    return visit.go("/account", "account.revoked")


def _known(visit: Visit) -> Visitor:
    if visit.visitor is None:
        raise TypeError("this page is for those who are known")
    return visit.visitor


def _owner(visit: Visit) -> Visitor | None:
    """Return the visitor where they are a user of this node, and here in person."""
    visitor = _known(visit)
    return visitor if visitor.way is Way.PASSWORD else None


PAGE = Page(
    "account",
    Role.VIEWER,
    (
        Get("/account", show),
        Post("/account/password", change_password, role=Role.VIEWER),
        Post("/account/tokens", make_token, role=Role.VIEWER),
        Post("/account/tokens/{number}/revoke", revoke_token, role=Role.VIEWER),
    ),
)
