"""Users: who may use the console, who is logged in, and what programs may, as `osteonode users` says it, too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from dicom_node.access_ports import Session, Way, read_name
from dicom_node.console.access.passwords import invent
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from domain.audit_templates import user_changed
from domain.role import Role

_HERE: Final = "/users"


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is logged in: their latest session, and how many they have."""

    latest: Session
    sessions: int


def show(visit: Visit) -> Response:
    """Show users, who is logged in, and tokens."""
    return _show(visit)


def _show(visit: Visit, *, invented: str = "", whom: str = "", fault: str = "", status: int = 200) -> Response:
    access = visit.services.access
    return visit.render(
        "users.html",
        status,
        users=access.book.users(),
        present=list_present(access.sessions.living()),
        tokens=access.book.tokens(),
        roles=[(role.value, f"layout.role_{role.value}") for role in Role],
        now=visit.services.clock.now(),
        may_act=_may_act(visit),
        invented=invented,
        whom=whom,
        fault=fault,
    )


def list_present(sessions: Sequence[Session]) -> list[Present]:
    """Return everybody who is logged in once, who was seen last first."""
    latest: dict[tuple[str, Way], Present] = {}
    for each in sessions:
        key = (each.name, each.way)
        known = latest.get(key)
        latest[key] = Present(known.latest if known else each, known.sessions + 1 if known else 1)
    return list(latest.values())


def add(visit: Visit) -> Response:
    """Add a user, and show their first password this once."""
    book, name, role = visit.services.access.book, read_name(visit.field("name")), _role(visit)
    if not name:
        return _show(visit, fault="users.no_name", status=422)
    if book.is_empty() and role is not Role.ADMINISTRATOR:
        return _show(visit, fault="users.first", status=422)  # nobody could open this page any more
    password = invent()
    if not book.add_user(name, role, visit.services.access.passwords.make_hash(password)):
        return _show(visit, fault="users.known", status=409)
    _note(visit, name, f"user was added, role {role.value}")
    return _show(visit, invented=password, whom=name)


def reset_password(visit: Visit) -> Response:
    """Give a user another password, and show it this once; all their sessions end."""
    access, name, password = visit.services.access, read_name(visit.field("name")), invent()
    if not access.book.set_password(name, access.passwords.make_hash(password)):
        return visit.go(_HERE, "users.unknown", "bad")
    _note(visit, name, "the password was changed")
    return _show(visit, invented=password, whom=name)


def set_role(visit: Visit) -> Response:
    """Give a user another role."""
    role = _role(visit)
    return _change(
        visit,
        partial(visit.services.access.book.set_role, role=role, spare_last=True),
        f"role is now {role.value}",
        "users.role_set",
        roles=True,
    )


def disable(visit: Visit) -> Response:
    """Let a user in no more."""
    act = partial(visit.services.access.book.set_disabled, is_disabled=True, spare_last=True)
    return _change(visit, act, "user was disabled", "users.disabled_now")


def enable(visit: Visit) -> Response:
    """Let a user in again."""
    act = partial(visit.services.access.book.set_disabled, is_disabled=False)
    return _change(visit, act, "user was enabled", "users.enabled_now")


def remove(visit: Visit) -> Response:
    """Remove a user with all that is theirs."""
    act = partial(visit.services.access.book.remove_user, spare_last=True)
    return _change(visit, act, "user was removed", "users.removed")


def _change(visit: Visit, change: Callable[[str], bool], what: str, done: str, *, roles: bool = False) -> Response:
    """Change a user, tell the trail, and say so; or say that it was the last administrator, or nobody."""
    name = read_name(visit.field("name"))
    if visit.services.access.book.credential(name) is None:
        return visit.go(_HERE, "users.unknown", "bad")
    if not change(name):
        return visit.go(_HERE, "users.last_administrator", "bad", name=name)
    _note(visit, name, what, roles=roles)
    return visit.go(_HERE, done, name=name)


def end_sessions(visit: Visit) -> Response:
    """End all sessions of somebody, a user of this node or of the provider."""
    name, way = visit.field("name"), visit.field("way")
    if way not in (Way.PASSWORD, Way.OIDC):
        raise HTTPException(400)
    number = visit.services.access.book.end_sessions(name, Way(way))
    if number:
        _note(visit, name, f"{number} sessions were ended")
    return visit.go(_HERE, "users.sessions_ended", "good" if number else "bad", number=number)


def revoke_token(visit: Visit) -> Response:
    """Revoke a token, whoever's it is."""
    book, number = visit.services.access.book, visit.field("number")[:9]
    token = next((each for each in book.tokens() if str(each.number) == number), None)
    if token is not None and book.revoke_token(token.number):
        _note(visit, token.owner or f"token:{token.label}", f"API token {number} was revoked")
    return visit.go(_HERE, "account.revoked")


def _role(visit: Visit) -> Role:
    if visit.field("role") not in tuple(Role):
        raise HTTPException(400)
    return Role(visit.field("role"))


def _may_act(visit: Visit) -> bool:
    """Return whether a visitor may change users: a program may not, for what it made would outlive its token."""
    return visit.visitor is not None and visit.visitor.way is not Way.TOKEN


def _by_person(act: Callable[[Visit], Response]) -> Callable[[Visit], Response]:
    def view(visit: Visit) -> Response:
        if not _may_act(visit):
            raise HTTPException(403, "role")
        return act(visit)

    return view


def _note(visit: Visit, whom: str, what: str, *, roles: bool = False) -> None:
    by, address = (visit.visitor.name, visit.visitor.address) if visit.visitor else ("unknown", "")
    visit.services.access.trail.record(user_changed(by, whom, what, address=address, roles=roles))


_ACTS: Final[Mapping[str, Callable[[Visit], Response]]] = {
    "add": add,
    "role": set_role,
    "password": reset_password,
    "disable": disable,
    "enable": enable,
    "remove": remove,
    "sessions": end_sessions,
    "tokens": revoke_token,
}
PAGE: Final = Page(
    "users",
    Role.ADMINISTRATOR,
    (Get(_HERE, show), *(Post(f"{_HERE}/{name}", _by_person(act)) for name, act in _ACTS.items())),
    icon="people",
    warms=True,
)
