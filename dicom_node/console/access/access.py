"""All that knows who may use the console, in one hand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from argon2 import PasswordHasher

from config.console import Console
from dicom_node.access_ports import AccessBook
from dicom_node.audit_ports import AuditTrail
from dicom_node.console.access.attempts import Attempts
from dicom_node.console.access.passwords import HASHER, Passwords
from dicom_node.console.access.sessions import Sessions
from dicom_node.console.access.tokens import Tokens
from dicom_node.ports import Clock

if TYPE_CHECKING:
    from dicom_node.console.access.oidc.provider import Provider


@dataclass(frozen=True, slots=True)
class Access:
    """Users, sessions, tokens, and the trail that is told of them.

    Attributes:
        provider: whom people may log in with; None where the configuration names nobody.
    """

    console: Console
    book: AccessBook
    trail: AuditTrail
    sessions: Sessions
    tokens: Tokens
    passwords: Passwords
    attempts: Attempts
    provider: "Provider | None" = None

    @classmethod
    def of(
        cls,
        console: Console,
        book: AccessBook,
        trail: AuditTrail,
        clock: Clock,
        *,
        hasher: PasswordHasher = HASHER,
        provider: "Provider | None" = None,
    ) -> "Access":
        """Put it together."""
        sessions, tokens = Sessions(book, clock, console), Tokens(book, clock)
        return cls(console, book, trail, sessions, tokens, Passwords(hasher), Attempts(clock), provider)

    def is_open(self) -> bool:
        """Return whether nobody is configured, so that whoever sits at this machine is let in."""
        return self.console.oidc is None and self.book.is_empty()
