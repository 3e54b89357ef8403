"""From a call to the view of an endpoint and back: who asks, may they, how often, what did they send."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutinefunction
from typing import Any, Final

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from config.settings import Settings
from dicom_node.access_ports import Visitor, Way
from dicom_node.console import csrf
from dicom_node.console.api.endpoint import PREFIX, Call, Endpoint
from dicom_node.console.api.parts import ApiParts
from dicom_node.console.api.problems import Problem
from dicom_node.console.api.rate import CallRate
from dicom_node.console.api.reception import check_path, read_body, read_query
from dicom_node.console.api.table import ENDPOINTS
from dicom_node.console.gate import Gate
from domain.errors import DeadlineExceeded, InputError, InterventionRefused, LedgerError, ModelError, OsteonodeError

_RETRY: Final = {"Retry-After": "5"}
#: What becomes of our own errors; the first that fits. What is not named is a fault.
_OWN: Final[Sequence[tuple[type[OsteonodeError], str]]] = (
    (InterventionRefused, "refused"),
    (InputError, "not-an-image"),
    (DeadlineExceeded, "reading-too-slow"),
    (ModelError, "readers-busy"),
    (LedgerError, "ledger"),
)
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
_log = logging.getLogger("osteonode.console")


class ApiServing:
    """Makes the routes of endpoints.

    Args:
        rate: how often each caller may call.
    """

    def __init__(
        self, settings: Settings, parts: ApiParts, gate: Gate, endpoints: Sequence[Endpoint], rate: CallRate
    ) -> None:
        self._settings, self._parts, self._gate = settings, parts, gate
        self._endpoints, self._rate = endpoints, rate

    @classmethod
    def of_settings(cls, settings: Settings, parts: ApiParts, gate: Gate) -> "ApiServing":
        """Return the API of a node."""
        per_minute = settings.uploads.calls_per_minute
        return cls(settings, parts, gate, ENDPOINTS, CallRate(per_minute, max(1, per_minute // 4)))

    def routes(self) -> list[Route]:
        """Return a route for each endpoint, and one for any other address below `/v1`, which says what is wrong."""
        routes = [Route(PREFIX + each.path, self._serve(each), methods=[each.method]) for each in self._endpoints]

        async def miss(request: Request) -> Response:
            allowed = sorted({name for route in routes for name in _methods_at(route, request)})
            if allowed:
                return Problem("method", headers={"Allow": ", ".join(allowed)}).answer()
            return Problem("not-found").answer()

        return [*routes, Route(f"{PREFIX}/{{rest:path}}", miss, methods=_METHODS)]

    def _serve(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                return await self._answer(endpoint, request)
            except Problem as problem:
                return problem.answer()
            except OsteonodeError as error:
                return _tell(endpoint, error).answer()
            except Exception as error:  # the outermost loop of a call
                _log.error("console.api_fault: %s", type(error).__name__, exc_info=error, extra=_event(endpoint))
                return Problem("internal").answer()

        return serve

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        visitor = await run_in_threadpool(self._gate.authenticate, request)
        self._admit(endpoint, request, visitor)
        check_path(endpoint, request)
        query, body = await read_query(endpoint, request), await read_body(endpoint, request)
        call = Call(request, self._settings, self._parts, visitor, query, body)
        if iscoroutinefunction(endpoint.view):
            return _encode(await endpoint.view(call))
        return _encode(await run_in_threadpool(endpoint.view, call))

    def _admit(self, endpoint: Endpoint, request: Request, visitor: Visitor | None) -> None:
        """Raise Problem where a call is not to be answered."""
        if endpoint.role is None:
            return
        if visitor is None:
            raise Problem("unknown-token", headers={"WWW-Authenticate": 'Bearer realm="osteonode"'})
        if not visitor.role.may(endpoint.role):
            raise Problem("role", f"this needs the role {endpoint.role.value}, the token has {visitor.role.value}")
        if endpoint.changes and visitor.way is not Way.TOKEN and not self._is_own_page(request, visitor):
            raise Problem("foreign-page")
        if wait := self._rate.wait_seconds(f"{visitor.way}:{visitor.name}"):
            raise Problem("too-many-requests", headers={"Retry-After": str(wait)})

    def _is_own_page(self, request: Request, visitor: Visitor) -> bool:
        """Return whether a browser that changes something does it for a page of this console."""
        if not csrf.comes_from_here(request, self._settings.console.public_url):
            return False
        return visitor.way is Way.LOCAL or csrf.is_token_of(visitor.secret, request.headers.get(csrf.HEADER, ""))


def _tell(endpoint: Endpoint, error: OsteonodeError) -> Problem:
    code = next((code for kind, code in _OWN if isinstance(error, kind)), "internal")
    _log.warning("console.api_refused: %s", error, extra=_event(endpoint))
    if code not in endpoint.every_problem:  # a fault of ours: the document would be wrong
        return Problem("internal")
    return Problem(code, str(error), _RETRY if code in ("readers-busy", "ledger") else None)


def _event(endpoint: Endpoint) -> dict[str, str]:
    return {"event": "console.api", "endpoint": endpoint.name}


def _encode(answer: Any) -> Response:
    if isinstance(answer, BaseModel):
        return Response(answer.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})
    assert isinstance(answer, Response)
    return answer


def _methods_at(route: Route, request: Request) -> set[str]:
    match, _scope = route.matches(request.scope)
    return (route.methods or set()) - {"HEAD"} if match is not Match.NONE else set()
