import asyncio
from collections.abc import AsyncIterator, Iterator
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from config.settings import Console
from dicom_node.bench.onlookers import look_on
from dicom_node.console_process.listener import LOOPBACK, Listener


class Page:
    """A page that counts who asks for it, and a stream that tells of one change and nothing more."""

    def __init__(self) -> None:
        self.asked, self.enough = 0, Event()

    async def show(self, _request: Request) -> Response:
        self.asked += 1
        if self.asked == 3:
            self.enough.set()
        return PlainTextResponse("today")

    async def tell(self, request: Request) -> Response:
        assert request.query_params["topic"] == "today"
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[bytes]:
        yield b"retry: 3000\nevent: hello\ndata: {}\n\n"
        yield b'event: changed\ndata: ""\n\n'
        await asyncio.Event().wait()


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def url(page: Page) -> Iterator[str]:
    application = Starlette(routes=[Route("/today", page.show), Route("/live", page.tell)])
    listener = Listener(Console(port=0), None, application, lambda: LOOPBACK)
    yield listener.start().url
    listener.stop()


def test_each_asks_when_it_is_told_and_one_of_them_at_once(page: Page, url: str) -> None:
    with look_on(url, 2) as pages:
        assert page.enough.wait(10)
    assert pages == [2, 1]


def test_nobody_looks_where_there_is_no_console() -> None:
    with look_on("", 2) as pages:
        pass
    assert pages == []
