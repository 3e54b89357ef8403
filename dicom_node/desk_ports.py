"""The Protocol of whoever has one image read that belongs to no study of the node.

Like those of ports.py; it has a fake in tests/fakes and one contract suite for both.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeskQuestion:
    """One image to read.

    Attributes:
        image: a Part 10 file, or a PNG or JPEG with its suffix, in a folder of its own below the spool of the desk. The
            pictures of the answer are written beside it.
        stated_path: what the answer is to call it.
        study_instance_uid: as its header says; empty where it says none.
    """

    image: Path
    stated_path: str = ""
    study_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """What the models say of one image.

    Attributes:
        line: the JSON of `osteonode read --json`, without line end.
        rows, columns: of the stored image in pixels, 0 where it could not be decoded.
        display: 8-bit grey PNG in the stored orientation, bone bright; None where it could not be decoded.
        heat_map: a domain.evidence_map, encoded; None where no model shows where it looked.
    """

    line: str
    rows: int = 0
    columns: int = 0
    display: Path | None = None
    heat_map: Path | None = None


class ImageDesk(Protocol):
    """Has single images read when the models have nothing better to do."""

    def is_open(self) -> bool:
        """Return whether a node listens. Blocking, and short."""
        ...

    async def read(self, question: DeskQuestion, *, deadline_seconds: float) -> DeskAnswer:
        """Return the answer; whoever is cancelled while it waits is not read for any more.

        Raises:
            ModelUnavailable: too many wait, or no node listens: try again later.
            DeadlineExceeded: there was no answer in time.
            MalformedInstance: there is no such file in the spool.
        """
        ...
