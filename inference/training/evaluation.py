"""What a bundle does on a split of FracAtlas, read by the very code that serves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.finding import Corners, FractureState, ImageReading
from domain.image_measures import ImageMeasures
from inference.reader import Reader
from inference.training.boxes import Detection, average_precision_50
from inference.training.estimate import Estimate
from inference.training.fracatlas import REGIONS, LabelledRow, Row, Split, read_rows
from inference.training.metrics import FRACTURE_MEASURES, bootstrap
from inference.zoo import Precision

#: Draws with replacement behind the interval of average precision.
BOX_RESAMPLES = 500

#: What others report of FracAtlas, and where. Each was measured on a split of its own.
PUBLISHED = {
    "roc_auc": "0.908 (github.com/maxrusse/xray_fracture_benchmark)",
    "box_map50": "0.479 (FracDet-v11, doi:10.1038/s41598-026-35827-5)",
}

Progress = Callable[[Iterable[Row]], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class ReadExample(LabelledRow):
    """One image of the split: what the manifest of the data says, what the bundle says, and what the image is like."""

    reading: ImageReading
    measures: ImageMeasures | None = None

    @property
    def boxes(self) -> list[Corners]:
        """The authors' boxes in pixels of the image."""
        return self.boxes_px(self.reading.rows, self.reading.columns)

    @property
    def probability(self) -> float:
        """The calibrated probability; 0 where the image was not read, so that a refusal costs."""
        return self.reading.fracture.probability if self.reading.fracture else 0.0

    def of_member(self, name: str) -> float:
        """Return the calibrated probability of one member; 0 where it did not speak."""
        return next((each.probability or 0.0 for each in self.reading.members if each.model == name), 0.0)


def read_split(
    bundle: Path,
    data: Path,
    split: Split,
    *,
    precision: Precision = "f32",
    threads: int = 2,
    progress: Progress = iter,
) -> list[ReadExample]:
    """Read every image of a split with a version of the bundle."""
    reader = Reader(bundle, precision=precision, threads=threads)
    rows = progress(read_rows(data, split))
    readings = ((row, reader.read(data / "images" / row["image_id"])) for row in rows)
    return [ReadExample(row, reading.image, reading.measures) for row, reading in readings]


def measure_bundle(examples: list[ReadExample]) -> dict[str, Estimate]:
    """Return every measure with its interval: of the statement, and of regions and boxes where the labels have them."""
    measures = measure_fracture(examples)
    if any(len(each.regions) == 1 for each in examples):
        measures["region_accuracy"] = region_accuracy(examples)
    if any(each.boxes for each in examples):
        measures["box_map50"] = box_average_precision(examples)
    return measures


def measure_fracture(examples: list[ReadExample]) -> dict[str, Estimate]:
    """Return every measure of FRACTURE_MEASURES with its interval."""
    labels = np.array([example.fractured for example in examples])
    scores = np.array([example.probability for example in examples])
    return {name: bootstrap(measure, labels, scores) for name, measure in FRACTURE_MEASURES.items()}


def measure_regions(examples: list[ReadExample]) -> dict[str, dict[str, Estimate]]:
    """Return the fracture measures per region of the labels, where a region has both kinds of image."""
    return {region: measure_fracture(subset) for region, subset in divide_by_region(examples).items()}


def divide_by_region(examples: list[ReadExample]) -> dict[str, list[ReadExample]]:
    """Return the images of each region of the labels, and those of several, where both kinds of image are there."""
    subsets = {region: [example for example in examples if example.regions == (region,)] for region in REGIONS}
    subsets["several"] = [example for example in examples if len(example.regions) > 1]
    return {region: subset for region, subset in subsets.items() if len({each.fractured for each in subset}) == 2}


def region_accuracy(examples: list[ReadExample]) -> Estimate:
    """Return the share of single-region images whose region is right; an image that was not read is wrong."""
    single = [example for example in examples if len(example.regions) == 1]
    right = np.array([_names(example.reading) == example.regions for example in single])
    draws = np.random.default_rng(0).integers(0, len(right), (2000, len(right)))
    low, high = np.percentile(right[draws].mean(axis=1), (2.5, 97.5))
    return Estimate(float(right.mean()), float(low), float(high))


def box_average_precision(examples: list[ReadExample]) -> Estimate:
    """Return mAP50 over all images, every listed box counted, with its interval over images."""
    listed = [[(box.probability, box.corners) for box in example.reading.boxes] for example in examples]
    truth = [example.boxes for example in examples]
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(examples), len(examples)) for _ in range(BOX_RESAMPLES)]
    values = [_average_precision(listed, truth, draw) for draw in draws if any(truth[index] for index in draw)]
    low, high = np.percentile(values, (2.5, 97.5))
    return Estimate(_average_precision(listed, truth, np.arange(len(examples))), float(low), float(high))


def _average_precision(
    listed: list[list[tuple[float, Corners]]], truth: list[list[Corners]], draw: npt.NDArray[np.integer]
) -> float:
    detections = [
        Detection(place, probability, corners)
        for place, index in enumerate(draw)
        for probability, corners in listed[index]
    ]
    return average_precision_50(detections, [truth[index] for index in draw])


def state_counts(examples: list[ReadExample]) -> dict[str, dict[str, int]]:
    """Return how many fractured and unfractured images got each statement, "not_analysed" included."""
    names = (*(state.value for state in FractureState), "not_analysed")
    counts = {kind: dict.fromkeys(names, 0) for kind in ("fractured", "unfractured")}
    for example in examples:
        said = example.reading.fracture.state.value if example.reading.fracture else "not_analysed"
        counts["fractured" if example.fractured else "unfractured"][said] += 1
    return counts


def _names(reading: ImageReading) -> tuple[str, ...]:
    return (reading.region.label,) if reading.region and reading.fracture else ()
