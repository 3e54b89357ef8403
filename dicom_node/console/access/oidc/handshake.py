"""What a login by a provider is recognised by when the browser comes back: kept by that browser alone."""

import hmac
import json
from dataclasses import asdict, dataclass
from urllib.parse import quote, unquote

from dicom_node.console.access.secrets import new_secret
from dicom_node.console.addresses import own_path

_LONGEST_CHARACTERS = 3000
_FIELDS = ("state", "nonce", "verifier", "next_path")


@dataclass(frozen=True, slots=True)
class Handshake:
    """One login that has begun.

    Attributes:
        state: comes back with the answer (RFC 6749 10.12).
        nonce: stands in the ID token (OpenID Connect Core 3.1.2.1).
        verifier: proves that who redeems the code is who asked for it (RFC 7636).
        next_path: where to go afterwards.
    """

    state: str
    nonce: str
    verifier: str
    next_path: str

    @classmethod
    def begin(cls, next_path: str) -> "Handshake":
        """Return a new one."""
        return cls(new_secret(), new_secret(), new_secret(), own_path(next_path)[:1000])

    def is_answered_by(self, state: str) -> bool:
        """Return whether an answer belongs to this login."""
        return hmac.compare_digest(self.state.encode(), state.encode())

    def to_cookie(self) -> str:
        """Return it as the value of a cookie."""
        return quote(json.dumps(asdict(self)), safe="")


def from_cookie(value: str) -> Handshake | None:
    """Return the login of a cookie; None where there is none, or somebody else wrote it."""
    if not value or len(value) > _LONGEST_CHARACTERS:
        return None
    try:
        read = json.loads(unquote(value))
        fields = [str(read[name]) for name in _FIELDS]
    except (ValueError, KeyError, TypeError):
        return None
    return Handshake(*fields) if all(fields[:3]) else None
