"""What is known of how many images a study has, beside the time that has passed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CountedBy(StrEnum):
    """Who said how many images a study has; the first of those who did decides.

    A modality counts what it has made (MPPS), the source what it holds (C-FIND), the order what is usual.
    """

    MPPS = "mpps"
    C_FIND = "c_find"
    ORDER = "order"


class Remark(StrEnum):
    """What else was known, without a number."""

    ASSOCIATION_OPEN = "association_open"
    STEP_IN_PROGRESS = "step_in_progress"
    STEP_DISCONTINUED = "step_discontinued"
    SOURCE_UNREACHABLE = "source_unreachable"
    SOURCE_WITHOUT_COUNT = "source_without_count"
    SOURCE_WITHOUT_STUDY = "source_without_study"
    SOURCE_NOT_ASKED = "source_not_asked"


@dataclass(frozen=True, slots=True)
class ImageCount:
    """How many of the images that somebody has counted are here."""

    counted_by: CountedBy
    arrived: int
    expected: int

    def __post_init__(self) -> None:
        if min(self.arrived, self.expected) < 0:
            raise ValueError("nobody counts fewer images than none")

    @property
    def is_short(self) -> bool:
        """Whether images are missing."""
        return self.arrived < self.expected


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one study at one moment; at most one count of each who counts."""

    counts: tuple[ImageCount, ...] = ()
    remarks: frozenset[Remark] = frozenset()

    def count(self, counted_by: CountedBy) -> ImageCount | None:
        """Return what one of them says, None where it says nothing."""
        return next((each for each in self.counts if each.counted_by is counted_by), None)

    @property
    def decisive(self) -> ImageCount | None:
        """The count that is believed where several differ, None where nobody has counted."""
        return next((found for who in CountedBy if (found := self.count(who)) is not None), None)

    @property
    def shortfall(self) -> ImageCount | None:
        """The decisive count, where images are missing by it."""
        decisive = self.decisive
        return decisive if decisive is not None and decisive.is_short else None


NOTHING_KNOWN = Known()
COUNTERS: Mapping[CountedBy, str] = {
    CountedBy.MPPS: "by MPPS",
    CountedBy.C_FIND: "by C-FIND",
    CountedBy.ORDER: "expected by the order",
}
REMARKS: Mapping[Remark, str] = {
    Remark.ASSOCIATION_OPEN: "an association that brought its images was still open",
    Remark.STEP_IN_PROGRESS: "MPPS still in progress",
    Remark.STEP_DISCONTINUED: "MPPS discontinued",
    Remark.SOURCE_UNREACHABLE: "the source could not be asked",
    Remark.SOURCE_WITHOUT_COUNT: "the source does not count instances",
    Remark.SOURCE_WITHOUT_STUDY: "the source does not know the study",
    Remark.SOURCE_NOT_ASKED: "the source had not answered",
}


def describe(known: Known) -> str:
    """Return what is known in words, such as "3 of 3 by C-FIND"; empty where that is nothing."""
    counts = (f"{each.arrived} of {each.expected} {COUNTERS[each.counted_by]}" for each in known.counts)
    remarks = (words for remark, words in REMARKS.items() if remark in known.remarks)
    return "; ".join((*counts, *remarks))
