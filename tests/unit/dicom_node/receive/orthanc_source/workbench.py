"""A source in front of a door, with an Orthanc and a ledger in memory."""

from pathlib import Path
from typing import Any

from config.orthanc import Orthanc
from dicom_node.receive.orthanc_source.peer import OrthancPeer
from dicom_node.receive.orthanc_source.source import OrthancSource
from tests.fakes.clock import FakeClock
from tests.fakes.door import DoorBench
from tests.fakes.feed_ledger import FakeFeedLedger
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.orthanc import FakeOrthanc

NAME = "ward"


class Bench:
    """Everything around one source; `restart` makes another one, as a new process would."""

    def __init__(
        self,
        folder: Path,
        orthanc: FakeOrthanc | None = None,
        instances: FakeInstanceLedger | None = None,
        **settings: Any,
    ) -> None:
        self.orthanc, self.clock = orthanc or FakeOrthanc(), FakeClock()
        self.feeds = FakeFeedLedger(self.clock)
        limits = settings.pop("limits", {})
        self.doors = DoorBench(folder, instances, **limits)
        self.settings = Orthanc(name=NAME, url="http://ward.test:8042", **settings)
        self.restart()

    def restart(self) -> None:
        peer = OrthancPeer(self.settings, transport=self.orthanc.transport)
        self.source = OrthancSource(
            self.settings,
            peer,
            self.feeds,
            self.doors.door,
            "OSTEONODE",
            monotonic=self._seconds,
        )

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            self.source.look()
            self.clock.advance(1.0)

    @property
    def taken(self) -> set[str]:
        """SOP Instance UIDs of what was taken in."""
        return set(self.doors.ledger.instances)

    @property
    def waiting(self) -> list[str]:
        """What is still to be fetched."""
        return [item.identifier for item in self.feeds.waiting(NAME)]
