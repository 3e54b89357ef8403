"""Where a page listens: who may, how many at once, and what a proxy is told."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dicom_node.access_ports import Visitor, Way
from dicom_node.console.gate import LIVE_PATH, Gate
from dicom_node.console.live.sources import Pace, Shared, Sources
from dicom_node.console.live.stream import Stream
from dicom_node.console.live.topics import topic_of
from domain.errors import OsteonodeError

#: All together, a quarter of the connections of the console; and of one person. Who gets none asks now and then.
MOST_STREAMS: Final = 64
MOST_OF_ONE: Final = 12
#: Where the server says that it ends, in the scope of a request.
CLOSING: Final = "osteonode.closing"
_HEADERS: Final = {
    # A proxy that keeps what it gets until there is more of it (nginx), or packs it, would keep the events.
    "X-Accel-Buffering": "no",
    "Cache-Control": "no-store, no-transform",
}


class LiveServing:
    """Makes the route of the streams."""

    def __init__(self, sources: Sources, gate: Gate, pace: Pace | None = None) -> None:
        self._sources, self._gate, self._pace = sources, gate, pace or Pace()
        self._change = Shared(sources.change, self._pace)
        self._waiting = Shared(sources.waiting, self._pace)
        self._open: Counter[tuple[str, Way]] = Counter()

    def routes(self) -> list[Route]:
        """Return where pages listen."""
        return [Route(LIVE_PATH, self._serve, methods=["GET"])]

    async def _serve(self, request: Request) -> Response:
        visitor = await run_in_threadpool(self._gate.authenticate, request)
        if visitor is None:
            return PlainTextResponse("log in first\n", 401)
        if self._open.total() >= MOST_STREAMS or self._open[_key(visitor)] >= MOST_OF_ONE:
            return PlainTextResponse("too many pages listen\n", 503, {"Retry-After": "60"})
        events = self.events(request, visitor)
        return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)

    async def events(self, request: Request, visitor: Visitor) -> AsyncIterator[bytes]:
        """Give what one page is told, and count it among those that listen meanwhile."""
        stream = Stream(
            topic_of(request.query_params.get("topic", ""), self._sources),
            self._change,
            self._waiting,
            partial(self._is_known, request, visitor),
            _closing_of(request),
            self._pace,
        )
        key = _key(visitor)
        self._open[key] += 1
        try:
            async for each in stream.events():
                yield each
        except OsteonodeError:
            return  # the page asks for itself, and says what failed
        finally:
            self._open[key] -= 1
            self._open += Counter()  # forget who has none

    def _is_known(self, request: Request, visitor: Visitor) -> bool:
        known = self._gate.authenticate(request)
        return known is not None and (known.name, known.role) == (visitor.name, visitor.role)


def _key(visitor: Visitor) -> tuple[str, Way]:
    return visitor.name, visitor.way


def _closing_of(request: Request) -> Callable[[], bool]:
    found: Callable[[], bool] = request.scope.get("extensions", {}).get(CLOSING, bool)
    return found
