"""The console without a socket: a browser that keeps cookies, and what pages work with."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import httpx
from argon2 import PasswordHasher
from starlette.types import ASGIApp

from config.settings import Console, Settings
from dicom_node.console.access.access import Access
from dicom_node.console.application import make_application
from dicom_node.console.gate import Gate
from dicom_node.console.services import Services
from domain.audit import AuditEvent
from domain.role import Role
from tests.fakes.access import FakeAccessBook
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.clock import FakeClock
from tests.fakes.desks import make_desks
from tests.fakes.studies import FakeStudies

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

    def upload(
        self, page: str, path: str, files: Sequence[tuple[str, tuple[str, bytes]]], **headers: str
    ) -> httpx.Response:
        """Load a page, and post files with the token that stands on it."""
        token = {"csrf": token_on(self.get(page).text)}
        return self._ask("POST", path, data=token, files=list(files), headers=headers)

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


#: So weak that tests need not wait for it.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a horse that reads radiographs"


def make_services(console: Console | None = None, **others: Any) -> Services:
    """Return what pages work with, on fakes; nobody is configured."""
    given_settings: Settings | None = others.get("settings")
    console = console or (given_settings.console if given_settings else Console(enabled=True))
    clock = FakeClock()
    access = Access.of(console, FakeAccessBook(clock), FakeAuditTrail(), clock, hasher=QUICK_HASHER)
    given = {
        "settings": Settings(console=console),
        "clock": clock,
        "access": access,
        "studies": FakeStudies().book(),
        **make_desks(),
    }
    return Services(**{**given, **others})


def add_user(services: Services, name: str = "ada", role: Role = Role.OPERATOR, password: str = PASSWORD) -> None:
    """Add a user."""
    access = services.access
    assert access.book.add_user(name, role, access.passwords.make_hash(password))


def events_of(services: Services) -> Sequence[AuditEvent]:
    """Return what the audit trail was told."""
    assert isinstance(services.access.trail, FakeAuditTrail)
    return services.access.trail.events


def open_console(services: Services | None = None, **options: Any) -> ASGIApp:
    """Return a console; nobody is configured unless `services` know somebody."""
    services = services or make_services()
    return make_application(services, Gate(services.access), **options)


def log_in(services: Services, name: str = "ada", password: str = PASSWORD, **options: Any) -> Browser:
    """Return a browser in which a user has logged in."""
    browser = Browser(open_console(services), **options)
    answer = browser.submit("/login", "/login", {"name": name, "password": password})
    assert answer.status_code == 303, answer.status_code
    return browser
