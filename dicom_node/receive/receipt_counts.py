"""How many images came in, each way, from whom, and what became of them; how many associations were refused.

Numbers in shared memory: the process that receives counts, the node reads. No identifier of an image or a patient is
kept, and the names are those of the configuration, so there is a cell for each from the start.
"""

from collections import Counter
from collections.abc import Callable, Mapping, MutableSequence
from enum import StrEnum
from functools import partial
from threading import Lock
from typing import Final

from config.settings import ANY_AE_TITLE, Settings
from dicom_node.receive.admission import Rejection
from dicom_node.receive.statuses import Outcome


class WayIn(StrEnum):
    """How an image came."""

    C_STORE = "c-store"
    STOW_RS = "stow-rs"
    FOLDER = "folder"
    ORTHANC = "orthanc"
    RETRIEVE = "retrieve"


#: Counts one image of a calling AE title.
Tally = Callable[[str, Outcome], None]
#: Stands for every title that the configuration does not name: a sender chooses its own.
OTHER: Final = "other"
_OUTCOMES, _WAYS, _REJECTIONS = tuple(Outcome), tuple(WayIn), tuple(Rejection)


def count_nothing(_calling_ae_title: str, _outcome: Outcome) -> None:
    """Stand where nobody asks for numbers."""


class ReceiptCounts:
    """Counts of one process; safe for its threads.

    Args:
        cells: `count_cells` numbers, 0 at first; in shared memory where another process reads them.
    """

    def __init__(self, settings: Settings, cells: MutableSequence[int]) -> None:
        self._settings, self._cells = settings, cells
        self._senders = _known_senders(settings)
        self._places = {settings.title_key(title): place for place, title in enumerate(self._senders)}
        self._lock = Lock()
        if len(cells) != count_cells(settings):
            raise ValueError(f"{count_cells(settings)} cells are needed, not {len(cells)}")

    @property
    def senders(self) -> tuple[str, ...]:
        """The names that images are counted by."""
        return self._senders

    def name_sender(self, calling_ae_title: str) -> str:
        """Return the name that the images of a caller are counted by."""
        return self._senders[self._place(calling_ae_title)]

    def tally(self, way: WayIn) -> Tally:
        """Return what counts images that come one way."""
        return partial(self._count, _WAYS.index(way))

    def refuse(self, rejection: Rejection) -> None:
        """Count an association that was refused."""
        self._add(len(self._senders) * len(_WAYS) * len(_OUTCOMES) + _REJECTIONS.index(rejection))

    def images(self) -> Mapping[tuple[str, WayIn, Outcome], int]:
        """Return how many images came, by sender, way and outcome; nothing that never happened."""
        cells = list(self._cells)
        names = ((sender, way, outcome) for sender in self._senders for way in _WAYS for outcome in _OUTCOMES)
        return {name: number for name, number in zip(names, cells, strict=False) if number}

    def refusals(self) -> Mapping[Rejection, int]:
        """Return how many associations were refused, by what they were told."""
        return dict(zip(_REJECTIONS, list(self._cells)[-len(_REJECTIONS) :], strict=True))

    def _count(self, way: int, calling_ae_title: str, outcome: Outcome) -> None:
        place = self._place(calling_ae_title)
        self._add((place * len(_WAYS) + way) * len(_OUTCOMES) + _PLACE_OF[outcome])

    def _place(self, calling_ae_title: str) -> int:
        return self._places.get(self._settings.title_key(calling_ae_title), len(self._senders) - 1)

    def _add(self, cell: int) -> None:
        with self._lock:
            self._cells[cell] += 1


_PLACE_OF: Final = {outcome: place for place, outcome in enumerate(_OUTCOMES)}


def count_cells(settings: Settings) -> int:
    """Return how many numbers there are to keep."""
    return len(_known_senders(settings)) * len(_WAYS) * len(_OUTCOMES) + len(_REJECTIONS)


def sum_images(counts: tuple[ReceiptCounts, ...]) -> Mapping[tuple[str, WayIn, Outcome], int]:
    """Return the images that several processes counted."""
    total: Counter[tuple[str, WayIn, Outcome]] = Counter()
    for each in counts:
        total.update(each.images())
    return total


def sum_refusals(counts: tuple[ReceiptCounts, ...]) -> Mapping[Rejection, int]:
    """Return the refused associations that several processes counted."""
    return {rejection: sum(each.refusals()[rejection] for each in counts) for rejection in _REJECTIONS}


def _known_senders(settings: Settings) -> tuple[str, ...]:
    tables = (settings.sender, settings.folder, settings.http_client, settings.orthanc, settings.query)
    titles = {settings.title_key(each.ae_title): each.ae_title for entries in tables for each in entries}
    titles.pop(ANY_AE_TITLE, None)
    return (*sorted(titles.values()), OTHER)
