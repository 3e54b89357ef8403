"""The console without a socket: a browser that keeps cookies, and what pages work with."""

import asyncio
import re
from typing import Any

import httpx
from starlette.types import ASGIApp

from config.settings import Console, Settings
from dicom_node.console.application import make_application
from dicom_node.console.gate import Gate
from dicom_node.console.services import Services
from tests.fakes.clock import FakeClock

HOST = "http://localhost:8090"


class Browser:
    """Asks an application as a browser would; follows no redirect by itself.

    Args:
        address: where it seems to call from.
    """

    def __init__(self, application: ASGIApp, *, url: str = HOST, address: str = "127.0.0.1") -> None:
        self._application, self._url, self._address = application, url, address
        self.cookies = httpx.Cookies()

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page."""
        return self._ask("GET", path, headers=headers)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        """Post a form as it stands: without a CSRF token unless it is among the fields."""
        return self._ask("POST", path, data=fields or {}, headers=headers)

    def submit(self, page: str, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
        """Load a page, and post a form with the token that stands on it."""
        return self.post(path, {"csrf": token_on(self.get(page).text), **(fields or {})})

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        options["headers"] = {name.replace("_", "-"): value for name, value in options["headers"].items()}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(
                self._application, raise_app_exceptions=False, client=(self._address, 40000)
            )
            async with httpx.AsyncClient(transport=transport, base_url=self._url, cookies=self.cookies) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())


def token_on(text: str) -> str:
    """Return the CSRF token of a page."""
    found = re.search(r'data-csrf="([0-9a-f]{64})"', text)
    assert found, "the page has no token"
    return found[1]


def make_services(console: Console | None = None, **others: Any) -> Services:
    """Return what pages work with, on fakes."""
    settings = Settings(console=console or Console(enabled=True))
    return Services(**{"settings": settings, "clock": FakeClock(), **others})


def open_console(services: Services | None = None, **options: Any) -> ASGIApp:
    """Return a console in which nobody is configured."""
    services = services or make_services()
    return make_application(services, Gate(services.settings.console), **options)
