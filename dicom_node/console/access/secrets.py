"""What a browser or a program shows, and the digest that is kept of it."""

import hashlib
import secrets
from typing import Final

#: So that whoever finds a token, a scanner of sources for one, knows what it opens.
TOKEN_PREFIX: Final = "osn_"


def new_secret() -> str:
    """Return what nobody can guess: 256 bits, as 43 characters."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Return a secret for a program."""
    return TOKEN_PREFIX + new_secret()


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
