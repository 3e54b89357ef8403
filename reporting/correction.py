"""What a later version says of the one that it supersedes: every change by name, or that the answer is taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.correction import Retraction
from reporting import wording
from reporting.context import StudyContext

if TYPE_CHECKING:  # a study's statement holds its changes
    from reporting.statement import ImageStatement

#: Boxes that share so much of their union mark the same place.
SAME_PLACE: Final = 0.5


@dataclass(frozen=True)
class Change:
    """An image in two versions; `before` is None where the image is new."""

    image: "ImageStatement"
    before: "ImageStatement | None"

    @property
    def moved(self) -> bool:
        """Whether a place is marked where none was, among those that were marked before."""
        places = self.before.findings if self.before else ()
        return bool(places) and not all(
            any(finding.box.overlap(place.box) >= SAME_PLACE for place in places) for finding in self.image.findings
        )

    @property
    def is_one(self) -> bool:
        """Whether the two versions differ in what they say."""
        before, now = self.before, self.image
        return before is None or (before.said, before.region) != (now.said, now.region) or self.moved


def correct(study: StudyContext, before: str | None, now: str, changes: Sequence[Change]) -> Iterator[str]:
    """Say that a version is a correction and what changed: named, or said to be unknown; never left out.

    Args:
        before: the study's statement in the superseded version, None where it is not known.
        now: the study's statement.
    """
    yield wording.describe_correction(study.version, study.replaces)
    if study.superseded is not None and study.superseded.retracted:
        yield wording.READ_AGAIN
    elif before is None:
        yield wording.CHANGES_UNKNOWN
    else:
        if before != now:
            yield wording.describe_result_before(before)
        yield from map(_name_change, changes)
        if before == now and all(change.before is None for change in changes):
            yield wording.UNCHANGED


def retract(study: StudyContext, retraction: Retraction) -> Iterator[str]:
    """Say that the superseded version is withdrawn, why, and in ASCII what was written about it."""
    yield from wording.describe_retraction(study.version, study.replaces, retraction.reason)
    written = describe_written(retraction)
    yield from written if all(map(str.isascii, written)) else (wording.SAID_ELSEWHERE,)


def describe_written(retraction: Retraction) -> tuple[str, ...]:
    """Return what a person wrote about a retraction, in their own script."""
    by = (wording.describe_retractor(retraction.by),) if retraction.by else ()
    note = (wording.describe_note(retraction.note),) if retraction.note else ()
    return by + note


def _name_change(change: Change) -> str:
    before, now = change.before, change.image
    if before is None:
        return wording.describe_new_image(now.name)
    if before.region == now.region:
        return wording.describe_change(now.name, before.said, now.said, moved=change.moved)
    said = [f"{image.said}, {image.region_in_words}" for image in (before, now)]
    return wording.describe_change(now.name, *said, moved=change.moved)
