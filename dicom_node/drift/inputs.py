"""Whether the images that come in are as those that the models were validated on, or as those that came first.

It compares what images are like before any model speaks of them: detector, processing, collimation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dicom_node.drift.scores import LEAST_IMAGES, NOTABLE_INDEX, DriftVerdict
from dicom_node.drift.stability import compare
from dicom_node.measure_ports import Origin, SentImages
from domain.image_measures import MEASURE_NAMES, ImageMeasures
from inference.zoo.distribution import Distribution

#: What is compared of the images of all regions together, in the place of a measure.
REGION_SHARES: Final = "regions"


class Against(StrEnum):
    """What images are compared with."""

    VALIDATION = "validation"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of an origin, or is awaited.

    Attributes:
        images: 0 where they are awaited; found: how many of the wanted ones there are by now.
        distributions: by measure; regions: images by region, of EVERY_REGION alone.
    """

    images: int = 0
    found: int = 0
    wanted: int = 0
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    regions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure of one origin.

    Attributes:
        measure: a name of MEASURE_NAMES, or REGION_SHARES.
        images: that have the measure.
        against: None where there is nothing to compare with.
        index, limit: None where not compared.
        median, reference_median: None where nothing has it, and of REGION_SHARES.
        bins: what ends a bin, in words of numbers or labels; counts, reference: images in each bin here and there.
    """

    measure: str
    images: int
    verdict: DriftVerdict
    against: Against | None = None
    index: float | None = None
    limit: float | None = None
    median: float | None = None
    reference_median: float | None = None
    bins: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    reference: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class InputLine:
    """The images of one origin.

    Attributes:
        learned: what is known of its first images.
    """

    origin: Origin
    images: int
    measures: tuple[MeasureLine, ...]
    learned: Learned

    @property
    def differing(self) -> tuple[MeasureLine, ...]:
        """The measures that differ, the furthest above its limit first."""
        found = [each for each in self.measures if each.verdict is DriftVerdict.DIFFERS]
        return tuple(sorted(found, key=lambda each: (each.limit or 0.0) - (each.index or 0.0)))


def compare_images(sent: SentImages, validation: Mapping[str, Distribution], learned: Learned) -> InputLine:
    """Return how the images of one region compare, by measure; what no image and no reference has is left out.

    Args:
        validation: distributions of the validation images, empty where they are not to be compared with.
    """
    references = {name: (Against.OWN, each) for name, each in learned.distributions.items()}
    references |= {name: (Against.VALIDATION, each) for name, each in validation.items()}
    lines = (_compare(name, sent.images, references.get(name), learned) for name in MEASURE_NAMES)
    return InputLine(sent.origin, len(sent.images), tuple(each for each in lines if each is not None), learned)


def compare_regions(origin: Origin, counts: Mapping[str, int], learned: Learned) -> InputLine:
    """Return how the shares of the regions compare with those of the sender's first images."""
    images = sum(counts.values())
    if not learned.regions:
        line = MeasureLine(REGION_SHARES, images, _without_reference(learned))
        return InputLine(origin, images, (line,), learned)
    labels = tuple(sorted({*counts, *learned.regions}))
    here, there = (tuple(each.get(label, 0) for label in labels) for each in (counts, learned.regions))
    if len(labels) == 1:  # an index needs two bins: nobody fell into the second one
        labels, here, there = (*labels, "-"), (*here, 0), (*there, 0)
    index, limit, verdict = _judge(there, here)
    line = MeasureLine(
        REGION_SHARES, images, verdict, Against.OWN, index, limit, bins=labels, counts=here, reference=there
    )
    return InputLine(origin, images, (line,), learned)


def _compare(
    name: str, images: Sequence[ImageMeasures], known: tuple[Against, Distribution] | None, learned: Learned
) -> MeasureLine | None:
    values = sorted(value for each in images if (value := getattr(each, name)) is not None)
    median = values[len(values) // 2] if values else None
    if known is None:
        return MeasureLine(name, len(values), _without_reference(learned), median=median) if values else None
    against, reference = known
    counts = reference.count(values)
    index, limit, verdict = _judge(reference.counts, counts)
    bins = tuple(f"{edge:g}" for edge in reference.edges)
    return MeasureLine(
        *(name, len(values), verdict, against, index, limit, median, reference.median),
        *(bins, counts, reference.counts),
    )


def _judge(reference: tuple[int, ...], counts: tuple[int, ...]) -> tuple[float | None, float | None, DriftVerdict]:
    if sum(counts) < LEAST_IMAGES:
        return None, None, DriftVerdict.TOO_FEW
    index, limit = compare(reference, counts)
    return index, limit, DriftVerdict.DIFFERS if index > max(limit, NOTABLE_INDEX) else DriftVerdict.SAME


def _without_reference(learned: Learned) -> DriftVerdict:
    return DriftVerdict.NO_REFERENCE if learned.images else DriftVerdict.LEARNING
