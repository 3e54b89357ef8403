"""What is reported of a model, each number with a bootstrap interval."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from inference.training.estimate import Estimate

Labels = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float64]

RESAMPLES = 2000


def bootstrap(measure: Callable[[Labels, Scores], float], labels: Labels, scores: Scores, *, seed: int = 0) -> Estimate:
    """Return the measure over all images, and its interval over `RESAMPLES` draws with replacement."""
    rng = np.random.default_rng(seed)
    values: list[float] = []
    while len(values) < RESAMPLES:
        draw = rng.integers(0, len(labels), len(labels))
        if labels[draw].any() and not labels[draw].all():
            values.append(measure(labels[draw], scores[draw]))
    low, high = np.percentile(values, (2.5, 97.5))
    return Estimate(measure(labels, scores), float(low), float(high))


def roc_auc(labels: Labels, scores: Scores) -> float:
    """Area under the receiver operating characteristic."""
    return float(roc_auc_score(labels, scores))


def average_precision(labels: Labels, scores: Scores) -> float:
    """Area under the precision-recall curve."""
    return float(average_precision_score(labels, scores))


def sensitivity_at_90_specificity(labels: Labels, scores: Scores) -> float:
    """The highest sensitivity at a specificity of at least 0.90."""
    false_positive_rate, true_positive_rate, _ = roc_curve(labels, scores)
    return float(true_positive_rate[false_positive_rate <= 0.10].max())


def expected_calibration_error(labels: Labels, probabilities: Scores, bins: int = 10) -> float:
    """Mean distance between probability and frequency over equal-width bins, weighted by their size."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = 0.0
    for index in range(bins):
        inside = place == index
        if inside.any():
            total += inside.mean() * abs(labels[inside].mean() - probabilities[inside].mean())
    return float(total)


FRACTURE_MEASURES: dict[str, Callable[[Labels, Scores], float]] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "sensitivity_at_90_specificity": sensitivity_at_90_specificity,
    "expected_calibration_error": expected_calibration_error,
}
