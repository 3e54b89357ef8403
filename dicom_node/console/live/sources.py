"""What a stream of events is made of: what changed in the ledger, asked once for everybody who looks."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock of the streams; tests have one of their own.

    Attributes:
        look_seconds: between two looks at the ledger, however many look.
        beat_seconds: so often something is sent, so that nobody between takes the connection for dead.
        check_seconds: so often it is asked again who listens.
        longest_seconds: then a stream ends, and the browser opens another.
    """

    look_seconds: float = 1.0
    beat_seconds: float = 15.0
    check_seconds: float = 30.0
    longest_seconds: float = 600.0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Sources:
    """What is asked. Blocking, each of them.

    Attributes:
        change: returns another text as soon as the ledger has changed.
        waiting: returns how much waits for a person, by page.
        study: returns what is shown of a study, None where there is none.
    """

    change: Callable[[], str]
    waiting: Callable[[], Mapping[str, int]]
    study: Callable[[str], object | None]


class Shared(Generic[Found]):
    """One answer for everybody who asks within some time, and one question. For one event loop."""

    def __init__(self, ask: Callable[[], Found], pace: Pace) -> None:
        self._ask, self._pace = ask, pace
        self._lock = asyncio.Lock()
        self._known: tuple[float, Found] | None = None

    async def get(self) -> Found:
        """Return what was found at most nearly `look_seconds` ago."""
        async with self._lock:
            now = self._pace.now()
            if self._known is None or now - self._known[0] >= self._pace.look_seconds * _NEARLY:
                self._known = now, await run_in_threadpool(self._ask)
            return self._known[1]


#: Who wakes a moment early finds something new all the same.
_NEARLY: Final = 0.9
