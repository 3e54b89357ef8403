"""What a person sees where a page could not be shown: in words, with the next step, and nothing of what is inside."""

import logging
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dicom_node.console.cookies import VISIT, Cookies
from dicom_node.console.gate import Gate
from dicom_node.console.page import Page
from dicom_node.console.serving import Serving
from domain.errors import ConfigError, InputError, InterventionRefused, LedgerFull, OsteonodeError
from domain.role import Role

_log = logging.getLogger("osteonode.console")
FAILURE: Final = Page("failure", Role.VIEWER, ())
#: What is said, by status and, where it says more, by what was wrong: keys below `failure` in the table of words.
_WORDS: Final = {
    (401, ""): "unknown",
    (403, "role"): "role",
    (403, "csrf"): "csrf",
    (404, ""): "missing",
    (405, ""): "method",
    (413, "size"): "size",
    (429, ""): "often",
    (500, ""): "fault",
}
#: The status of our own errors; what is not named here is a fault of ours or of the machine.
_STATUSES: Final = ((InputError, 422), (ConfigError, 422), (InterventionRefused, 409), (LedgerFull, 507))


class Failures:
    """Exception handlers of the application."""

    def __init__(self, serving: Serving, gate: Gate) -> None:
        self._serving, self._gate = serving, gate

    def show_refusal(self, request: Request, error: Exception) -> Response:
        """Answer what a route refused."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = error.detail if isinstance(error, HTTPException) else ""
        key = _WORDS.get((status, detail)) or _WORDS.get((status, "")) or "refused"
        response = self._show(request, status, key)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    def show_own_error(self, request: Request, error: Exception) -> Response:
        """Answer one of our own errors: its sentence is for people, and free of patient data."""
        status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 503)
        code = error.code if isinstance(error, OsteonodeError) else ""
        _log.warning("console.failed: %s", error, extra={"event": "console.failed", "code": code})
        return self._show(request, status, "own", code=code, sentence=str(error))

    def show_fault(self, request: Request, error: Exception) -> Response:
        """Answer an error that nobody foresaw; its place stands in the log."""
        _log.error("console.fault: %s", type(error).__name__, exc_info=error, extra={"event": "console.fault"})
        return self._show(request, 500, "fault")

    def _show(self, request: Request, status: int, key: str, *, code: str = "", sentence: str = "") -> Response:
        secret = Cookies.of(request).read(request, VISIT)
        try:
            visitor = self._gate.authenticate(request)
            secret = visitor.secret or secret if visitor else secret
            visit = self._serving.visit(request, FAILURE, visitor, secret)
            return visit.render("failure.html", status, key=key, code=code, sentence=sentence)
        except OsteonodeError as error:  # the ledger says nothing at all
            return PlainTextResponse(str(error), 503)
