"""A clock for streams of events: whoever sleeps is awake at once, and it is so much later."""

import asyncio
from collections.abc import Callable

from dicom_node.console.live.sources import Pace


class FakeTime:
    """Seconds that go by when somebody sleeps.

    Attributes:
        happenings: done when a time has come, by second.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.happenings: dict[float, Callable[[], None]] = {}

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for at in [each for each in self.happenings if each <= self.seconds]:
            self.happenings.pop(at)()
        await asyncio.sleep(0)

    def pace(self, longest_seconds: float) -> Pace:
        """Return a pace that keeps this time."""
        return Pace(longest_seconds=longest_seconds, now=self.now, sleep=self.sleep)
