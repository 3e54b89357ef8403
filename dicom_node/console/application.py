"""The console as an ASGI application: its pages, what stands before them, and what an error becomes."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dicom_node.console.failures import Failures
from dicom_node.console.gate import Gate
from dicom_node.console.headers import SecureHeaders
from dicom_node.console.host_check import HostCheck
from dicom_node.console.hosts import KnownHosts
from dicom_node.console.page import Page, by_path
from dicom_node.console.pages import PAGES
from dicom_node.console.rendering import Rendering
from dicom_node.console.services import Services
from dicom_node.console.serving import Serving
from dicom_node.console.static_files import StaticFiles
from dicom_node.console.warming import Look, list_first_looks, list_looks
from domain.errors import OsteonodeError


@dataclass(frozen=True, slots=True)
class ConsoleApplication:
    """The console.

    Attributes:
        first_looks, looks: what may be done before the first visitor comes; see `console/warming.py`.
    """

    application: ASGIApp
    first_looks: tuple[Look, ...]
    looks: tuple[Look, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self.application(scope, receive, send)


def make_application(
    services: Services, gate: Gate, *, pages: tuple[Page, ...] = PAGES, others: Iterable[BaseRoute] = ()
) -> ConsoleApplication:
    """Return the console.

    Args:
        gate: knows who asks.
        others: routes that are no pages; each looks after access itself, by `gate.authenticate`.

    Raises:
        ValueError: two pages have the same address.
    """
    by_path(pages)
    files = StaticFiles()
    rendering = Rendering(pages, services.settings.node.ae_title, files, services.settings.shadowed)
    serving = Serving(services, gate, rendering)
    failures = Failures(serving, gate)
    application = Starlette(
        routes=[files.route(), _home(pages), *others, *(each for page in pages for each in _routes(serving, page))],
        exception_handlers={
            HTTPException: failures.show_refusal,
            OsteonodeError: failures.show_own_error,
            Exception: failures.show_fault,
        },
    )
    # Around all of it, so that the page about a fault has the same headers as the others.
    outermost = SecureHeaders(HostCheck(application, KnownHosts.of(services.settings.console)))
    return ConsoleApplication(outermost, list_first_looks(serving, pages), list_looks(serving, pages))


def _home(pages: tuple[Page, ...]) -> Route:
    """Return what leads from the bare address to the first page of the navigation."""
    first = next(page.path for page in pages if page.icon)

    async def lead(_request: Request) -> Response:
        return RedirectResponse(first, status_code=303)

    return Route("/", lead)


def _routes(serving: Serving, page: Page) -> list[Route]:
    return [Route(each.path, serving.endpoint(page, each), methods=[each.method]) for each in page.routes]
