"""One stream of events: what is written to one page for as long as somebody looks at it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool

from dicom_node.console.live.sources import Pace, Shared
from dicom_node.console.live.topics import Topic

#: Milliseconds until a browser whose stream broke opens another.
_RETRY_MILLISECONDS: Final = 3000
_BEAT: Final = b":\n\n"


def write(event: str, data: object = "") -> bytes:
    """Return an event as it stands in the stream (HTML Living Standard 9.2.6)."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


@dataclass(slots=True)
class Stream:
    """What one page was told, and what it is told next.

    Attributes:
        is_known: whether whoever opened the stream may still look; blocking.
        is_closing: whether the server ends.
    """

    topic: Topic
    change: Shared[str]
    waiting: Shared[Mapping[str, int]]
    is_known: Callable[[], bool]
    is_closing: Callable[[], bool]
    pace: Pace
    _number: str = ""
    _counts: Mapping[str, int] = field(default_factory=dict)
    _mark: str = ""
    _is_stale: bool = False
    _told_at: float = 0.0
    _sent_at: float = 0.0
    _checked_at: float = 0.0

    async def events(self) -> AsyncIterator[bytes]:
        """Give what is written: `hello`, then `waiting` with counts, `changed`, and `left` after the session."""
        began = self._told_at = self._sent_at = self._checked_at = self.pace.now()
        self._number = await self.change.get()
        self._counts = await self.waiting.get()
        self._mark = await run_in_threadpool(self.topic.mark)
        yield f"retry: {_RETRY_MILLISECONDS}\n".encode() + write("hello", dict(self._counts))
        while not self.is_closing() and self.pace.now() - began < self.pace.longest_seconds:
            await self.pace.sleep(self.pace.look_seconds)
            if not await self._may_stay():
                yield write("left")
                return
            for each in await self._look():
                self._sent_at = self.pace.now()
                yield each

    async def _may_stay(self) -> bool:
        now = self.pace.now()
        if now - self._checked_at < self.pace.check_seconds:
            return True
        self._checked_at = now
        return await run_in_threadpool(self.is_known)

    async def _look(self) -> list[bytes]:
        """Return what is to be said now."""
        said = []
        number = await self.change.get()
        if number != self._number:
            self._number, self._is_stale = number, True
            counts = await self.waiting.get()
            if counts != self._counts:
                self._counts = counts
                said.append(write("waiting", dict(counts)))
        if await self._has_news():
            said.append(write("changed"))
        is_quiet = self.pace.now() - self._sent_at >= self.pace.beat_seconds
        return said or ([_BEAT] if is_quiet else [])

    async def _has_news(self) -> bool:
        """Return whether the page would show something else, at most as often as its topic allows."""
        now, topic = self.pace.now(), self.topic
        if topic.most_seconds is not None and now - self._told_at >= topic.most_seconds:
            self._told_at = now
            return True
        if not self._is_stale or now - self._told_at < topic.least_seconds:
            return False
        self._is_stale = False
        mark = await run_in_threadpool(topic.mark)
        if mark == self._mark:
            return False
        self._mark, self._told_at = mark, now
        return True
