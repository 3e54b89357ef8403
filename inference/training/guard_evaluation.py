"""How well a bundle declines what is no radiograph of a limb, read by the very code that serves.

A folder holds one sub-folder per class of images (`chest/`, `noise/`, `text/`, `photograph/`, ...), each with PNG,
JPEG or Part 10 files. What a header would give away is no part of the measure where the files are plain pictures.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.finding import ImageReading, ReadingStatus
from inference.training.estimate import Estimate

Progress = Callable[[Iterable[Path]], Iterable[Path]]
#: Reasons of files that never got as far as a model: they say nothing about the guard.
UNOPENED = frozenset({"not-dicom"})
#: 97.5 % point of the normal distribution.
_Z = 1.959964


class ReadsImages(Protocol):
    """What is measured: `inference.reader.Reader`, or a stand-in."""

    def read(self, image: Path) -> "HasImage":
        """Return the reading of a file."""
        ...


class HasImage(Protocol):
    """A reading, of which only the statement matters here."""

    @property
    def image(self) -> ImageReading:
        """The statement."""
        ...


@dataclass(frozen=True, slots=True)
class GuardedImage:
    """One image of a class, and what became of it.

    Attributes:
        reason: code of the reason why it was declined; empty where it was read.
        probability: of the most probable region, 0..1; None where no model was asked.
    """

    name: str
    reason: str
    probability: float | None

    @property
    def is_refused(self) -> bool:
        """Whether the reader declined to analyse it."""
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One class of images.

    Attributes:
        images: in the order of their names; at least one.
    """

    name: str
    images: tuple[GuardedImage, ...]

    @property
    def refused(self) -> Estimate:
        """The share that was declined, with its Wilson interval."""
        return wilson(sum(image.is_refused for image in self.images), len(self.images))

    @property
    def reasons(self) -> dict[str, int]:
        """How many images were declined for which reason, most frequent first."""
        return dict(Counter(image.reason for image in self.images if image.is_refused).most_common())

    @property
    def accepted(self) -> tuple[GuardedImage, ...]:
        """The images that were read, the surest first: those to look at."""
        return tuple(sorted((image for image in self.images if not image.is_refused), key=_by_sureness))


def measure_guard(reader: ReadsImages, folder: Path, *, progress: Progress = iter) -> list[GuardRow]:
    """Read every image of every class and return a row per class, in the order of their names.

    Raises:
        FileNotFoundError: the folder has no sub-folder with files in it.
        ValueError: a file cannot be opened, or a model failed on it: a share of refusals must not profit from that.
    """
    classes = {each.name: list(_files(each)) for each in sorted(folder.iterdir()) if each.is_dir()}
    filled = {name: files for name, files in classes.items() if files}
    if not filled:
        raise FileNotFoundError(f"{folder} has no sub-folders with images; make one per class, such as {folder}/chest")
    return [
        GuardRow(name, tuple(_judge(reader.read(file).image, file) for file in progress(files)))
        for name, files in filled.items()
    ]


def render_guard(rows: Sequence[GuardRow]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| class | images | refused | 95 % interval | reasons |", "|---|---|---|---|---|"]
    for row in rows:
        share = row.refused
        reasons = ", ".join(f"{code} {count}" for code, count in row.reasons.items())
        interval = f"{share.low:.3f} to {share.high:.3f}"
        lines.append(f"| {row.name} | {len(row.images)} | {share.value:.3f} | {interval} | {reasons} |")
    return "\n".join(lines) + "\n"


def wilson(successes: int, trials: int) -> Estimate:
    """Return a share with its 95 % score interval, honest for few trials and for 0 and 100 % (Wilson 1927).

    Raises:
        ValueError: there are no trials.
    """
    if trials < 1:
        raise ValueError("a share needs at least one trial")
    share, square = successes / trials, _Z**2 / trials
    centre = (share + square / 2) / (1 + square)
    reach = _Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return Estimate(share, max(0.0, centre - reach), min(1.0, centre + reach))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith("."))


def _judge(reading: ImageReading, file: Path) -> GuardedImage:
    reason = reading.reason.code if reading.reason else ""
    if reading.status is ReadingStatus.FAILED or reason in UNOPENED:
        raise ValueError(f"{file} could not be judged ({reason}): take it out, or make it a PNG that opens")
    return GuardedImage(file.name, reason, reading.region.probability if reading.region else None)


def _by_sureness(image: GuardedImage) -> float:
    return -(image.probability or 0.0)
