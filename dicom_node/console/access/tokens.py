"""API tokens: made once, shown once, with a role and an end."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dicom_node.access_ports import AccessBook, ApiToken
from dicom_node.console.access.secrets import TOKEN_PREFIX, digest_of, new_token
from dicom_node.ports import Clock
from domain.role import Role

MOST_DAYS: Final = 730
MOST_LABEL_CHARACTERS: Final = 64
_TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and finds them."""

    book: AccessBook
    clock: Clock

    def make(self, label: str, role: Role, days: int, owner: str = "") -> tuple[str, ApiToken]:
        """Return a new token, which nobody can ever see again, and what is kept of it.

        Raises:
            ValueError: the label or the number of days cannot be used; the message says why.
        """
        label = label.strip()
        if not 1 <= len(label) <= MOST_LABEL_CHARACTERS or not label.isprintable():
            raise ValueError(f"say in 1 to {MOST_LABEL_CHARACTERS} characters what the token is for")
        if not 1 <= days <= MOST_DAYS:
            raise ValueError(f"a token is valid for 1 to {MOST_DAYS} days")
        token = new_token()
        expires_at = self.clock.now() + timedelta(days=days)
        return token, self.book.add_token(digest_of(token), label, role, owner, expires_at)

    def find(self, token: str) -> ApiToken | None:
        """Return what is kept of a token, None where there is none or it has expired."""
        now = self.clock.now()
        found = self.book.token(digest_of(token)) if token.startswith(TOKEN_PREFIX) else None
        if found is None or found.expires_at <= now:
            return None
        if found.used_at is None or now - found.used_at >= _TOUCH_EVERY:
            self.book.touch_token(found.number, now)
        return found


def bearer_of(authorization: str) -> str:
    """Return the token of a header Authorization (RFC 6750 2.1); empty where it has none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
