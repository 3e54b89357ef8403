"""The cookies of the console: who visits, and how they like it shown."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

#: Whoever has not logged in; CSRF tokens need something to be derived from.
VISIT: Final = "osteonode_visit"
SESSION: Final = "osteonode_session"
LANGUAGE: Final = "osteonode_language"
THEME: Final = "osteonode_theme"
OIDC: Final = "osteonode_oidc"
NOTICE: Final = "osteonode_notice"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_RETURN_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Cookies:
    """Reads and sets them. Over HTTPS a name begins with `__Host-`, so that no other host can set it (RFC 6265bis)."""

    secure: bool

    @classmethod
    def of(cls, request: Request) -> "Cookies":
        """Return those of a request."""
        return cls(request.url.scheme == "https")

    def read(self, request: Request, name: str) -> str:
        """Return a value, empty where there is none."""
        return request.cookies.get(self._full(name), "")

    def set(self, response: Response, name: str, value: str, *, lasting: bool = False) -> None:
        """Set one that no script can read and no other site's page sends."""
        response.set_cookie(
            self._full(name),
            value,
            max_age=_YEAR_SECONDS if lasting else None,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def set_for_return(self, response: Response, name: str, value: str) -> None:
        """Set one that comes back when another site leads the browser here (`SameSite=Lax`), within minutes."""
        response.set_cookie(
            self._full(name),
            value,
            max_age=_RETURN_SECONDS,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def remove(self, response: Response, name: str) -> None:
        """Let the browser forget one."""
        response.delete_cookie(self._full(name), path="/", secure=self.secure, httponly=True, samesite="strict")

    def _full(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name
