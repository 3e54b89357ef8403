"""An Orthanc as a source: one thread that follows, fetches and marks."""

import logging
import time
from collections.abc import Callable
from threading import Event
from typing import Final

from config.orthanc import Orthanc
from dicom_node.feed_ports import FeedLedger
from dicom_node.receive.door import Door
from dicom_node.receive.event_line import emit
from dicom_node.receive.orthanc_source.feed import Feed
from dicom_node.receive.orthanc_source.marking import Marking
from dicom_node.receive.orthanc_source.peer import OrthancPeer, SourceDown
from dicom_node.repeating import Repeating

FOLLOWING = "receive.orthanc_followed"
DOWN = "receive.orthanc_down"
UP = "receive.orthanc_up"

#: To find out what is answered asks more of the ledger than to follow.
_LOOKS_PER_MARKING: Final = 5


class OrthancSource:
    """Follows one Orthanc between `start` and `stop`.

    Args:
        called_ae_title: of this node; kept with the images.
        monotonic: gives seconds that never go back.
    """

    def __init__(
        self,
        settings: Orthanc,
        peer: OrthancPeer,
        ledger: FeedLedger,
        door: Door,
        called_ae_title: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._peer, self._monotonic = settings, peer, monotonic
        self._stopping = Event()
        self._feed = Feed(settings, peer, ledger, door, called_ae_title, self._stopping.is_set)
        self._marking = Marking(settings, peer, ledger)
        self._looks = self._failures = 0
        self._quiet_until = float("-inf")
        self._loop = Repeating(f"orthanc {settings.name}", settings.interval_seconds, self.look)

    def start(self) -> None:
        """Begin to follow; that it is down is no error, it is asked again."""
        fields = {"source": self._settings.name, "url": self._settings.url}
        emit(logging.INFO, FOLLOWING, f"following {self._settings.follow}", **fields)
        self._loop.start()

    def stop(self) -> None:
        """Stop when the image under way is through."""
        self._stopping.set()
        self._loop.stop()
        self._peer.close()

    def look(self) -> None:
        """Note what is new, fetch what is due and mark what is answered, unless a failure is to be waited out."""
        if self._monotonic() < self._quiet_until:
            return
        try:
            self._feed.note_changes()
            self._feed.fetch()
            if self._looks % _LOOKS_PER_MARKING == 0:
                self._marking.mark()
            self._looks += 1
        except SourceDown as error:
            self._wait(str(error))
            return
        if self._failures:
            emit(logging.INFO, UP, "answers again", source=self._settings.name)
        self._failures = 0

    def _wait(self, why: str) -> None:
        wait_seconds = min(self._settings.retry_cap_seconds, self._settings.interval_seconds * 2.0**self._failures)
        self._quiet_until = self._monotonic() + wait_seconds
        if not self._failures:  # once for each time that it is down
            emit(logging.WARNING, DOWN, f"{why}; asked again and again", source=self._settings.name)
        self._failures = min(self._failures + 1, 30)
