"""From a request to the view of a page and back: who asks, may they, does the change come from us, then the view."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from anyio import fail_after
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive

from dicom_node.access_ports import Visitor
from dicom_node.console import csrf
from dicom_node.console.access.secrets import new_secret
from dicom_node.console.cookies import VISIT, Cookies
from dicom_node.console.gate import LIVE_HEADER, Gate
from dicom_node.console.page import Page, Route
from dicom_node.console.rendering import Rendering, words_for
from dicom_node.console.services import Services
from dicom_node.console.visit import Visit
from domain.audit_templates import access_denied

#: A body that stands still for so long is given up; else a few hundred of them would hold every connection.
_IDLE_SECONDS: Final = 30.0
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Serving:
    """Makes the endpoints of pages."""

    services: Services
    gate: Gate
    rendering: Rendering

    def endpoint(self, page: Page, route: Route) -> Endpoint:
        """Return what Starlette calls for a route."""

        async def serve(request: Request) -> Response:
            visitor = await run_in_threadpool(self.gate.authenticate, request)
            if not route.is_public:
                if visitor is None:
                    return send_to_login(request)
                if not visitor.role.may(page.role_for(route)):
                    await run_in_threadpool(self._tell_denied, visitor, page)
                    raise HTTPException(403, "role")
            return await self._answer(request, page, route, visitor)

        return serve

    def _tell_denied(self, visitor: Visitor, page: Page) -> None:
        self.services.access.trail.record(access_denied(visitor.name, f"page {page.name}", address=visitor.address))

    async def _answer(self, request: Request, page: Page, route: Route, visitor: Visitor | None) -> Response:
        secret = _secret_of(request, visitor)
        known = secret or new_secret()
        public_url = self.services.settings.console.public_url
        async with _form_of(request, route, secret, public_url) as form:
            visit = self.visit(request, page, visitor, known, form)
            response = await run_in_threadpool(route.view, visit)
        if not secret and response.status_code == 200:
            Cookies.of(request).set(response, VISIT, known)
        return response

    def visit(
        self, request: Request, page: Page, visitor: Visitor | None, secret: str, form: FormData | None = None
    ) -> Visit:
        """Return what a view gets."""
        words = words_for(request)
        return Visit(request, page, visitor, self.services, self.rendering, words, secret, form or FormData())


def send_to_login(request: Request) -> Response:
    """Answer somebody who is not known: they log in, and come back to where they wanted to go."""
    if LIVE_HEADER in request.headers or request.method != "GET":
        raise HTTPException(401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", status_code=303)


def _secret_of(request: Request, visitor: Visitor | None) -> str:
    """Return what the CSRF token of this browser is derived from; empty at the first visit."""
    return (visitor.secret if visitor else "") or Cookies.of(request).read(request, VISIT)


class _form_of:  # noqa: N801 - used like a function
    """The form of a request, read and checked; its files are gone at the end.

    Raises:
        HTTPException: 403 where the change does not come from a page of ours, 413 where it is too large.
    """

    def __init__(self, request: Request, route: Route, secret: str, public_url: str) -> None:
        self._route, self._secret, self._public_url = route, secret, public_url
        self._request = Request(request.scope, bounded(request.receive, route.body_bytes))
        self._form = FormData()

    async def __aenter__(self) -> FormData:
        if self._route.method != "POST":
            return self._form
        if not csrf.comes_from_here(self._request, self._public_url):
            raise HTTPException(403, "csrf")
        self._form = await self._request.form(max_files=self._route.files, max_fields=200)
        token = self._request.headers.get(csrf.HEADER) or self._form.get(csrf.FIELD) or ""
        if not isinstance(token, str) or not csrf.is_token_of(self._secret, token):
            await self._form.close()
            raise HTTPException(403, "csrf")
        return self._form

    async def __aexit__(self, *_error: object) -> None:
        await self._form.close()


def bounded(receive: Receive, most_bytes: int) -> Receive:
    """Return what receives a body up to a length; raises HTTPException 413 behind it, 408 where it stands still."""
    left = most_bytes

    async def receive_some() -> Message:
        nonlocal left
        try:
            with fail_after(_IDLE_SECONDS):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, "size")
        return message

    return receive_some
