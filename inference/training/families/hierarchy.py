"""A hierarchy end to end: the region that the first model says, then the specialist of that region, then the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inference.training.estimate import Estimate
from inference.training.families.batches import Numbers
from inference.training.families.scores import Table, score_binary, score_decisions
from inference.zoo.manifest import ABNORMAL

ANSWERS = ("normal", ABNORMAL)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a hierarchy says of N images.

    Attributes:
        regions: (N,) number of the region that was said.
        region_confidence: (N,) its probability.
        abnormal: (N,) probability of the specialist of that region.
    """

    regions: np.ndarray
    region_confidence: np.ndarray
    abnormal: np.ndarray

    @property
    def confidence(self) -> np.ndarray:
        """(N,) the lower of both: that of the region, and that of the answer, whichever it is."""
        return np.minimum(self.region_confidence, np.maximum(self.abnormal, 1 - self.abnormal))


def answer(regions: Numbers, specialists: Mapping[int, Numbers]) -> Answers:
    """Join probabilities (N, regions) with those that every region's specialist (N, 1) gives of all N images."""
    said = regions.argmax(axis=1)
    every = np.concatenate([specialists[index] for index in range(regions.shape[1])], axis=1)
    rows = np.arange(len(said))
    return Answers(said, regions[rows, said].astype(np.float64), every[rows, said].astype(np.float64))


def score_answers(truth: np.ndarray, answers: Answers, threshold: float) -> Table:
    """Score the answers about abnormal: (N,) truth."""
    return score_binary(truth, answers.abnormal, threshold, ANSWERS)


def score_refusal(
    truth: np.ndarray, answers: Answers, threshold: float, refuse_below: float
) -> tuple[Estimate, Table | None]:
    """Return the share that is answered, and the table of those answers; None where nothing is.

    An image is refused where its confidence is below `refuse_below`.
    """
    answered = answers.confidence >= refuse_below
    coverage = score_decisions(np.ones(len(truth), dtype=np.int64), answered.astype(np.int64), ("refused", "answered"))
    if not answered.any():
        return coverage.measures["accuracy"], None
    table = score_binary(truth[answered], answers.abnormal[answered], threshold, ANSWERS)
    return coverage.measures["accuracy"], table
