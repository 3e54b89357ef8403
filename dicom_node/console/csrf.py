"""A change is made only on behalf of a page of this console (OWASP: synchroniser token, and the origin)."""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

FIELD, HEADER = "csrf", "X-CSRF-Token"


def token_of(secret: str) -> str:
    """Return the token of a session: derived, so that nothing more is kept, and no way back to the session's secret."""
    return hmac.new(secret.encode(), b"console csrf", hashlib.sha256).hexdigest()


def is_token_of(secret: str, token: str) -> bool:
    """Return whether a token is the one of this session; an empty secret has none."""
    return bool(secret) and hmac.compare_digest(token_of(secret).encode(), token.encode())


def comes_from_here(request: Request, public_url: str = "") -> bool:
    """Return whether the browser says that one of our own pages sent this; without a word of it the token decides.

    Args:
        public_url: of the configuration, for a proxy that puts a Host of its own into what it passes on.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    own = {request.headers.get("Host", "").lower(), urlsplit(public_url).netloc.lower()}
    return origin is None or urlsplit(origin).netloc.lower() in own - {""}
