"""People who have the page of today open, as a browser has it: it listens to the stream and asks when it is told to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

import httpx

from domain.errors import OsteonodeError

_OPEN_SECONDS: Final = 60.0


class _Onlooker:
    """One of them; `asks` for the page as soon as the stream is open, too."""

    def __init__(self, url: str, *, asks: bool) -> None:
        self._url, self._asks = url, asks
        self._is_open, self._is_leaving = Event(), Event()
        self._connection: socket.socket | None = None
        self._thread = Thread(target=self._look, name="onlooker", daemon=True)
        self.pages = 0
        self._thread.start()

    def wait(self) -> None:
        """Return when the stream is open."""
        if not self._is_open.wait(_OPEN_SECONDS):
            raise OsteonodeError("the console opened no stream of events")

    def leave(self) -> None:
        """Close the page."""
        self._is_leaving.set()
        if self._connection is not None:
            with suppress(OSError):  # the console has closed it
                self._connection.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next event
        self._thread.join()

    def _look(self) -> None:
        try:
            with httpx.Client(base_url=self._url, timeout=httpx.Timeout(_OPEN_SECONDS, read=None)) as browser:
                self._listen(browser)
        except httpx.TransportError:
            if not self._is_leaving.is_set():
                raise

    def _listen(self, browser: httpx.Client) -> None:
        with browser.stream("GET", "live?topic=today") as stream:
            self._connection = stream.extensions["network_stream"].get_extra_info("socket")
            for line in stream.iter_lines():
                if line == "event: hello":
                    self._is_open.set()
                if line == "event: changed" or (line == "event: hello" and self._asks):
                    browser.get("today").raise_for_status()
                    self.pages += 1


@contextmanager
def look_on(url: str, number: int) -> Iterator[list[int]]:
    """Have the page of today open in so many browsers; one asks for it at once. Nothing where there is no console.

    Yields:
        how often each asked for the page, once the block has ended.

    Raises:
        OsteonodeError: no stream was opened.
    """
    pages: list[int] = []
    onlookers = [_Onlooker(url, asks=each == 0) for each in range(number if url else 0)]
    try:
        for each in onlookers:
            each.wait()
        yield pages
    finally:
        for each in onlookers:
            each.leave()
            pages.append(each.pages)
