"""Who may use the console: the nouns of it, and what keeps them. See ports.py for how ports are tested."""

from dataclasses import dataclass
from enum import StrEnum

from domain.role import Role


class Way(StrEnum):
    """How a visitor was known."""

    LOCAL = "local"  # sits at this machine, while nobody is configured
    SESSION = "session"  # logged in with a browser
    TOKEN = "token"  # a program with an API token


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is known and asks for something.

    Attributes:
        name: what they are called in the audit.
        sees_patients: whether names, IDs and birth dates of patients may be shown to them.
        secret: what their CSRF token is derived from; empty for a program, which needs none.
    """

    name: str
    role: Role
    way: Way
    sees_patients: bool
    secret: str = ""
