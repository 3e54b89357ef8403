"""What the sources report of their models: precision, recall and F1 by class, AUC, kappa, accuracy; with intervals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.training.estimate import Estimate
from inference.training.metrics import RESAMPLES, Labels, Scores, bootstrap

Counts = npt.NDArray[np.int64]
Classes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one model on one set of images.

    Attributes:
        measures: of the whole: accuracy, kappa, AUC and the like.
        by_class: precision, recall, F1, AUC of each class.
        confusion: (classes, classes) counts, the truth down, what was said across; None where labels do not exclude
            each other.
    """

    images: int
    measures: Mapping[str, Estimate]
    by_class: Mapping[str, Mapping[str, Estimate]]
    classes: tuple[str, ...]
    confusion: Counts | None

    def as_json(self) -> dict[str, Any]:
        """Return the numbers, rounded to four places."""
        return {
            "images": self.images,
            "measures": {name: each.as_json() for name, each in self.measures.items()},
            "by_class": {
                label: {name: each.as_json() for name, each in measures.items()}
                for label, measures in self.by_class.items()
            },
            "classes": list(self.classes),
            "confusion": None if self.confusion is None else self.confusion.tolist(),
        }


def count_confusion(truth: Classes, said: Classes, classes: int) -> Counts:
    """Return (classes, classes) counts, the truth down."""
    return np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)


def accuracy(counts: Counts) -> npt.NDArray[np.float64]:
    """Share on the diagonal; (..., K, K) to (...)."""
    return np.asarray(np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1)))


def kappa(counts: Counts) -> npt.NDArray[np.float64]:
    """Cohen's kappa (1960): agreement beyond chance; 0 where chance alone explains all."""
    total = counts.sum(axis=(-2, -1)).astype(np.float64)
    expected = (counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1) / total**2
    return _divide(accuracy(counts) - expected, 1 - expected)


def precision(counts: Counts) -> npt.NDArray[np.float64]:
    """Of each class, (..., K): right among what was said; 0 where it was never said."""
    return _divide(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-2))


def recall(counts: Counts) -> npt.NDArray[np.float64]:
    """Of each class, (..., K): found among what is true; 0 where there is none."""
    return _divide(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1))


def f1(counts: Counts) -> npt.NDArray[np.float64]:
    """Of each class, (..., K): harmonic mean of precision and recall."""
    return _divide(2 * np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1) + counts.sum(axis=-2))


WHOLE: Mapping[str, Callable[[Counts], npt.NDArray[np.float64]]] = {
    "accuracy": accuracy,
    "kappa": kappa,
    "macro_f1": lambda counts: f1(counts).mean(axis=-1),
}
BY_CLASS = {"precision": precision, "recall": recall, "f1": f1}


def score_exclusive(truth: Classes, probabilities: Scores, classes: tuple[str, ...]) -> Table:
    """Score a softmax: (N,) true classes against (N, K) probabilities; AUC is one class against the rest."""
    table = score_decisions(truth, probabilities.argmax(axis=1), classes)
    areas = {
        label: found
        for index, label in enumerate(classes)
        if (found := estimate_auc(truth == index, probabilities[:, index])) is not None
    }
    by_class = {
        label: {**measures, **({"roc_auc": areas[label]} if label in areas else {})}
        for label, measures in table.by_class.items()
    }
    return Table(table.images, table.measures, by_class, classes, table.confusion)


def score_binary(truth: Labels, probabilities: Scores, threshold: float, classes: tuple[str, str]) -> Table:
    """Score one probability at a threshold: (N,) and (N,); `classes` are what 0 and 1 are called."""
    table = score_decisions(truth.astype(np.int64), (probabilities >= threshold).astype(np.int64), classes)
    area = estimate_auc(truth, probabilities)
    measures = {**({"roc_auc": area} if area else {}), **table.measures}
    return Table(table.images, measures, table.by_class, classes, table.confusion)


def score_decisions(truth: Classes, said: Classes, classes: tuple[str, ...]) -> Table:
    """Score decisions alone: (N,) and (N,) numbers of classes."""
    size = len(classes)
    counts = count_confusion(truth, said, size)
    draws = _resample(counts)
    measures = {name: _estimate(measure(counts), measure(draws)) for name, measure in WHOLE.items()}
    by_class = {
        label: {name: _estimate(of(counts)[index], of(draws)[:, index]) for name, of in BY_CLASS.items()}
        for index, label in enumerate(classes)
    }
    return Table(int(counts.sum()), measures, by_class, classes, counts)


def score_labels(truth: Labels, probabilities: Scores, threshold: float, classes: tuple[str, ...]) -> Table:
    """Score several sigmoids, each for itself: (N, K) and (N, K)."""
    by_class: dict[str, Mapping[str, Estimate]] = {}
    for index, label in enumerate(classes):
        one = score_binary(truth[:, index], probabilities[:, index], threshold, ("absent", label))
        by_class[label] = {**one.by_class[label], **one.measures}
    right = (truth == (probabilities >= threshold)).all(axis=1).astype(np.int64)
    every = score_decisions(np.ones(len(right), dtype=np.int64), right, ("wrong", "right"))
    return Table(len(truth), {"all_labels_right": every.measures["accuracy"]}, by_class, classes, None)


def estimate_auc(truth: Labels, scores: Scores) -> Estimate | None:
    """Return the area under the receiver operating characteristic; None where one of the two kinds is missing."""
    if truth.all() or not truth.any():
        return None
    return bootstrap(area_under_roc, truth, scores.astype(np.float64))


def area_under_roc(truth: Labels, scores: Scores) -> float:
    """The share of pairs in the right order, ties counting half (Mann and Whitney 1947); as scikit-learn, but quick."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = int(truth.sum())
    negatives = len(truth) - positives
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _resample(counts: Counts, seed: int = 0) -> Counts:
    """Return (RESAMPLES, K, K): drawing images with replacement is drawing cells by their shares."""
    total = int(counts.sum())
    draws = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, size=RESAMPLES)
    return draws.reshape(RESAMPLES, *counts.shape)


def _estimate(value: npt.ArrayLike, draws: npt.NDArray[np.float64]) -> Estimate:
    low, high = np.percentile(draws, (2.5, 97.5))
    return Estimate(float(np.asarray(value)), float(low), float(high))


def _divide(above: npt.ArrayLike, below: npt.ArrayLike) -> npt.NDArray[np.float64]:
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
