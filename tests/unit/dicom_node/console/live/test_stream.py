"""What a page is told, second by second, in a time of the test's own."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dicom_node.console.live.sources import Shared, Sources
from dicom_node.console.live.stream import Stream
from dicom_node.console.live.topics import topic_of
from tests.fakes.pace import FakeTime

UID = "1.2.3"


@dataclass
class Node:
    """What is asked: a ledger that changes when the test says so."""

    time: FakeTime = field(default_factory=FakeTime)
    number: int = 0
    waiting: dict[str, int] = field(default_factory=lambda: {"quarantine": 0})
    study: str = "received"
    asked: Counter[str] = field(default_factory=Counter)
    is_known: bool = True
    is_closing: bool = False

    def change(self, seconds: float, **values: object) -> None:
        """Have something be otherwise from a second on."""

        def happen() -> None:
            self.number += 1
            for name, value in values.items():
                setattr(self, name, value)

        self.time.happenings[seconds] = happen

    def sources(self) -> Sources:
        return Sources(self._change, self._waiting, self._study)

    def _change(self) -> str:
        self.asked["change"] += 1
        return str(self.number)

    def _waiting(self) -> Mapping[str, int]:
        self.asked["waiting"] += 1
        return dict(self.waiting)

    def _study(self, _uid: str) -> object:
        self.asked["study"] += 1
        return self.study


def tell(node: Node, topic: str, seconds: float = 20) -> list[tuple[float, str]]:
    """Return what one page is told, and when."""
    sources, pace = node.sources(), node.time.pace(seconds)
    shared = Shared(sources.change, pace), Shared(sources.waiting, pace)
    known = lambda: node.is_known, lambda: node.is_closing
    stream = Stream(topic_of(topic, sources), *shared, *known, pace)

    async def listen() -> list[tuple[float, str]]:
        return [(node.time.seconds, _name(each)) async for each in stream.events()]

    return asyncio.run(listen())


def _name(event: bytes) -> str:
    lines = [line.removeprefix("event: ") for line in event.decode().splitlines() if line.startswith("event")]
    return lines[0] if lines else "beat"


def test_a_page_is_greeted_with_what_waits_and_hears_a_beat_where_nothing_happens() -> None:
    node = Node(waiting={"quarantine": 2})
    assert tell(node, "today", 20) == [(0, "hello"), (15, "beat")]
    assert node.asked["waiting"] == 1


def test_a_study_is_told_as_soon_as_its_page_would_show_something_else() -> None:
    node = Node()
    node.change(3, study="read")
    node.change(6)  # of another study
    assert tell(node, f"study:{UID}", 10) == [(0, "hello"), (3, "changed")]
    assert node.asked["study"] == 3  # at the beginning, and where the ledger had changed


def test_today_is_told_every_five_seconds_at_most_and_every_minute_at_least() -> None:
    node = Node()
    for second in range(1, 13):
        node.change(second)
    told = [second for second, name in tell(node, "today", 90) if name == "changed"]
    assert told == [5, 10, 15, 75]


def test_counts_come_when_they_change() -> None:
    node = Node()
    node.change(2, waiting={"quarantine": 1})
    node.change(4)
    assert tell(node, "", 6) == [(0, "hello"), (2, "waiting")]


def test_whose_session_has_ended_is_told_and_hears_no_more() -> None:
    node = Node()
    node.change(10, is_known=False)
    assert tell(node, "", 100)[-1] == (30, "left")


def test_a_server_that_ends_waits_for_nobody() -> None:
    node = Node()
    node.change(2, is_closing=True)
    tell(node, "", 600)
    assert node.time.seconds == 2


def test_many_who_look_are_one_question() -> None:
    node = Node()
    shared = Shared(node.sources().change, node.time.pace(10))

    async def ask() -> list[str]:
        return list(await asyncio.gather(*(shared.get() for _ in range(20))))

    assert asyncio.run(ask()) == ["0"] * 20
    assert node.asked["change"] == 1
