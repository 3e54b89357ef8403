import asyncio

import httpx
import pytest
from starlette.requests import Request

from dicom_node.access_ports import Visitor, Way
from dicom_node.console.gate import Gate
from dicom_node.console.live import serving
from dicom_node.console.live.serving import LiveServing
from dicom_node.console.live.sources import Sources
from dicom_node.console.services import Services
from domain.errors import LedgerError
from domain.role import Role
from tests.fakes.console import Browser, add_user, log_in, make_services, open_console
from tests.fakes.pace import FakeTime


def open_live(services: Services, change: object = "1", seconds: float = 3) -> tuple[LiveServing, FakeTime]:
    def look() -> str:
        if isinstance(change, Exception):
            raise change
        return str(change)

    gate, time = Gate(services.access), FakeTime()
    sources = Sources(look, lambda: {"quarantine": 1}, lambda _uid: None)
    return LiveServing(sources, gate, time.pace(seconds)), time


def listen(services: Services, live: LiveServing, cookies: httpx.Cookies | None = None) -> httpx.Response:
    browser = Browser(open_console(services, others=live.routes()))
    browser.cookies = cookies or browser.cookies
    return browser.get("/live?topic=today")


@pytest.fixture
def services() -> Services:
    services = make_services()
    add_user(services)
    return services


def test_who_is_not_logged_in_hears_nothing(services: Services) -> None:
    assert listen(services, open_live(services)[0]).status_code == 401


def test_a_stream_says_what_waits_and_no_proxy_is_to_keep_it_back(services: Services) -> None:
    answer = listen(services, open_live(services)[0], log_in(services).cookies)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "no-transform" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert 'event: hello\ndata: {"quarantine": 1}\n\n' in answer.text


def test_a_stream_keeps_no_session_alive(services: Services) -> None:
    cookies = log_in(services).cookies
    (before,) = services.access.book.sessions()
    services.clock.advance(600)  # type: ignore[attr-defined]
    listen(services, open_live(services)[0], cookies)
    assert services.access.book.sessions() == [before]


def test_one_person_has_so_many_streams_and_who_leaves_gives_theirs_back(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_OF_ONE", 1)
    live, _time = open_live(services)
    browser = Browser(open_console(services, others=live.routes()))  # nobody has logged in: ada has, elsewhere
    browser.cookies = log_in(services).cookies
    ada = Visitor("ada", Role.OPERATOR, Way.PASSWORD, sees_patients=True)

    async def listen_beside() -> int:
        events = live.events(Request({"type": "http", "query_string": b"", "headers": []}), ada)
        await anext(events)
        refused = await asyncio.to_thread(browser.get, "/live")
        await events.aclose()  # type: ignore[attr-defined]
        return refused.status_code

    assert asyncio.run(listen_beside()) == 503
    assert browser.get("/live").status_code == 200


def test_a_ledger_that_fails_ends_the_stream_and_the_page_asks_for_itself(services: Services) -> None:
    live, _time = open_live(services, LedgerError("the disk is full"))
    assert listen(services, live, log_in(services).cookies).text == ""
    assert not live._open
