"""One request on its way in: part after part goes through the door. Waits for the disk: for a worker thread."""

from typing import Final

from dicom_node.receive.door import Door, IncomingFile, Origin, Passage
from dicom_node.receive.statuses import Outcome
from dicom_node.receive.stow_rs.multipart import (
    MultipartBroken,
    MultipartReader,
    PartBegins,
    PartData,
    PartEvent,
)

DICOM: Final = "application/dicom"
#: More instances than any study of radiographs has; bounds what the answer holds.
MOST_PARTS: Final = 10_000


class Upload:
    """The instances of one request.

    Args:
        boundary: of a multipart body; empty where the body is one instance.

    Attributes:
        passages: what became of each instance so far.
        broken: why the body could not be read to its end, empty where it could.
    """

    def __init__(self, door: Door, origin: Origin, boundary: str) -> None:
        self._door, self._origin = door, origin
        self._reader = MultipartReader(boundary) if boundary else None
        self._current: IncomingFile | None = None if boundary else door.open(origin)
        self.passages: list[Passage] = []
        self.broken = ""

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body; once it is broken, the rest is dropped."""
        if self.broken:
            return
        if self._reader is None:
            self._write(data)
            return
        try:
            for event in self._reader.feed(data):
                self._follow(event)
        except MultipartBroken as error:
            self._break(str(error))

    def finish(self) -> None:
        """Take the end of the body: an instance that is not whole is dropped."""
        if self._reader is None:
            self._end_part()
        elif not self.broken:
            try:
                self._reader.finish()
            except MultipartBroken as error:
                self._break(str(error))

    def abandon(self) -> None:
        """Drop the instance under way; those before it are stored, and say so when they come again."""
        current, self._current = self._current, None
        if current is not None:
            current.discard()

    def _follow(self, event: PartEvent) -> None:
        if isinstance(event, PartBegins):
            self._begin_part(event.content_type)
        elif isinstance(event, PartData):
            self._write(event.data)
        else:
            self._end_part()

    def _begin_part(self, content_type: str) -> None:
        if len(self.passages) >= MOST_PARTS:
            raise MultipartBroken(f"more than {MOST_PARTS} parts: send the rest in another request")
        if content_type in (DICOM, ""):  # RFC 2387: without a type of its own a part has that of the whole
            self._current = self._door.open(self._origin)
        else:
            self.passages.append(Passage(Outcome.NOT_PART10))

    def _write(self, data: bytes) -> None:
        if self._current is not None:
            self._current.write(data)

    def _end_part(self) -> None:
        current, self._current = self._current, None
        if current is not None:
            self.passages.append(current.finish())

    def _break(self, why: str) -> None:
        self.broken = why
        self.abandon()
