"""Who may use the console: the nouns of it, and what keeps them. See ports.py for how ports are tested."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from domain.role import Role

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class Way(StrEnum):
    """How a visitor was known."""

    LOCAL = "local"  # sits at this machine, while nobody is configured
    PASSWORD = "password"  # logged in with a user of this node
    OIDC = "oidc"  # logged in with a provider of identities
    TOKEN = "token"  # a program with an API token


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is known and asks for something.

    Attributes:
        name: what they are called in the audit.
        sees_patients: whether names, IDs and birth dates of patients may be shown to them.
        secret: of the session: what their CSRF token is derived from; empty for a program, which needs none.
        address: where they call from.
    """

    name: str
    role: Role
    way: Way
    sees_patients: bool
    secret: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A user of this node. `name` is lower case: `read_name` makes it so.

    Attributes:
        is_disabled: may not log in, and their tokens open nothing, until somebody enables them again.
    """

    name: str
    role: Role
    added_at: datetime
    changed_at: datetime
    is_disabled: bool = False

    def __post_init__(self) -> None:
        if read_name(self.name) != self.name:
            raise ValueError("no name of a user")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has logged in.

    Attributes:
        way: PASSWORD or OIDC; the role of the former is that of the user at this moment.
        seen_at: last time that something was asked for, to the minute.
    """

    name: str
    role: Role
    way: Way
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program shows instead of a password; of the token itself only a digest is kept.

    Attributes:
        label: what it is for, in a person's words.
        owner: the user whom it can do no more than, and ends with; empty for one that an administrator made by command.
        used_at: last time, to the minute; None for never.
    """

    number: int
    label: str
    role: Role
    owner: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class AccessBook(Protocol):
    """Keeps users, sessions and API tokens. Digests are SHA-256 in hexadecimal: what is kept opens nothing."""

    def is_empty(self) -> bool:
        """Return whether there is no user."""
        ...

    def users(self) -> Sequence[User]:
        """Return every user, by name."""
        ...

    def credential(self, name: str) -> tuple[User, str] | None:
        """Return a user, and the hash of their password, empty for who is disabled; None for an unknown name."""
        ...

    def add_user(self, name: str, role: Role, password_hash: str) -> bool:
        """Add a user; False where there is one with this name."""
        ...

    def remove_user(self, name: str, *, spare_last: bool = False) -> bool:
        """Remove a user, their sessions and their tokens; False where there is none.

        Args:
            spare_last: leave the last administrator who can log in as they are, and return False.
        """
        ...

    def set_role(self, name: str, role: Role, *, spare_last: bool = False) -> bool:
        """Give a user another role, which holds at once; False where there is none. `spare_last`: see remove_user."""
        ...

    def set_disabled(self, name: str, is_disabled: bool, *, spare_last: bool = False) -> bool:
        """Let a user in no more, and end all their sessions, or let them in again; False where there is none.

        `spare_last`: see remove_user.
        """
        ...

    def set_password(self, name: str, password_hash: str) -> bool:
        """Give a user another password, and end all their sessions; False where there is none.

        Who is disabled stays so.
        """
        ...

    def begin_session(self, digest: str, session: Session) -> None:
        """Keep a session."""
        ...

    def session(self, digest: str) -> Session | None:
        """Return a session with the role that its user has now; None for an unknown one."""
        ...

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        """Note that something was asked for."""
        ...

    def end_session(self, digest: str) -> None:
        """End one; nothing where it has ended."""
        ...

    def forget_sessions(self, began_before: datetime, seen_before: datetime) -> int:
        """Remove sessions that have expired, and return how many."""
        ...

    def sessions(self) -> Sequence[Session]:
        """Return every session that has not ended, also those that have expired; who was seen last comes first."""
        ...

    def end_sessions(self, name: str, way: Way) -> int:
        """End all of somebody, and return how many."""
        ...

    def add_token(self, digest: str, label: str, role: Role, owner: str, expires_at: datetime) -> ApiToken:
        """Keep a token."""
        ...

    def token(self, digest: str) -> ApiToken | None:
        """Return a token, with at most the role of its owner; None for an unknown one, or one of who is disabled."""
        ...

    def touch_token(self, number: int, used_at: datetime) -> None:
        """Note that it was used."""
        ...

    def tokens(self, owner: str | None = None) -> Sequence[ApiToken]:
        """Return every token, or those of a user, the newest first."""
        ...

    def revoke_token(self, number: int, owner: str | None = None) -> bool:
        """Remove a token, of a user where one is named; False where there is none."""
        ...


def read_name(text: str) -> str:
    """Return the name of a user as it is kept: lower case; empty where it cannot be one."""
    name = text.strip().lower()
    return name if _NAME.fullmatch(name) else ""
