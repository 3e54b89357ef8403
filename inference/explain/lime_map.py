"""LIME (Ribeiro et al. 2016, arXiv:1602.04938): what a model says when parts of an image are hidden, fitted by a line.

The package `lime` weighs and fits; hiding and scoring are done here, at the resolution of the network and in batches,
because that is where the time goes. Needs the extra `models`. It takes seconds: nothing should wait for it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.backends.frameworks import load_framework
from inference.explain.segments import Labels, Segments, cut, hide
from inference.preprocess import Image

Kept = npt.NDArray[np.bool_]
Probabilities = npt.NDArray[np.floating]

SAMPLES = 1000
_BATCH = 32


@dataclass(frozen=True, slots=True, eq=False)
class LimeMap:
    """What each part of an image adds to the probability, as a linear model sees it.

    Attributes:
        weights: (rows, columns) float32 of the stored image: the weight of the part that a pixel belongs to. Above 0
            it speaks for the finding, below 0 against it; 0.1 is ten percentage points.
        segments: (rows, columns) int16, the part that a pixel belongs to.
        by_segment: weight of each part.
        outside: which part is all that lies outside the anatomy; None where there is none.
        probability: what the model says of the whole image.
        intercept: what the linear model says of an image with all parts hidden.
        r2: weighted coefficient of determination of the linear model, at most 1: how far to trust the weights.
        samples: how many images were scored.
        seconds: how long it took.
    """

    weights: npt.NDArray[np.float32]
    segments: Labels
    by_segment: tuple[float, ...]
    outside: int | None
    probability: float
    intercept: float
    r2: float
    samples: int
    seconds: float


def explain_lime(
    image: Image,
    score: Callable[[Sequence[Image]], Probabilities],
    *,
    samples: int = SAMPLES,
    segments: Segments | None = None,
    seed: int = 0,
) -> LimeMap:
    """Explain a model by the images that it is shown, which have the shape of `image`.

    Masking a large image a thousand times takes longer than to score it: give the image as the network takes it, or use
    `explain_kept` with a scorer that hides parts on the network's canvas.

    Args:
        image: (rows, columns) float32, 0..1, bone bright.
        score: images to probabilities (N,).
        samples: how many images are scored, the whole one first.
        segments: how the image is cut; by `segments.cut` where None.
        seed: decides which parts are hidden: the same seed gives the same map.

    Raises:
        ModelUnavailable: the package lime is not installed.
        ValueError: the segments are of an image of another shape, or there are fewer than two samples.
    """
    segments = segments or cut(image, seed=seed)
    if segments.shape != image.shape:
        raise ValueError(f"segments of an image of {segments.shape} do not cut one of {image.shape}")
    labels = segments.on_image()

    def score_kept(kept: Kept) -> Probabilities:
        batches = [kept[start : start + _BATCH] for start in range(0, len(kept), _BATCH)]
        return np.concatenate([score(list(hide(image, labels, batch, segments.background))) for batch in batches])

    return explain_kept(segments, score_kept, samples=samples, seed=seed)


def explain_kept(
    segments: Segments, score: Callable[[Kept], Probabilities], *, samples: int = SAMPLES, seed: int = 0
) -> LimeMap:
    """Explain a model by which parts of an image it is shown.

    Args:
        segments: the parts.
        score: which parts are kept (N, parts) to probabilities (N,); called once, for all samples.
        samples: as for `explain_lime`, which raises the same.
        seed: as for `explain_lime`.
    """
    if samples < 2:
        raise ValueError(f"a line is fitted to at least two samples, not {samples}")
    started = time.perf_counter()
    explainer = load_framework("lime.lime_image").LimeImageExplainer(random_state=seed)
    kept = explainer.random_state.randint(0, 2, samples * segments.count).reshape(samples, segments.count) == 1
    kept[0] = True
    probabilities = np.asarray(score(kept), dtype=np.float64)
    if probabilities.shape != (samples,):
        raise ValueError(f"{samples} images were scored, and there are {probabilities.shape} probabilities")
    # Cosine distance to the whole image, which is all ones.
    distances = 1.0 - np.sqrt(kept.mean(axis=1))
    intercept, pairs, r2, _ = explainer.base.explain_instance_with_data(
        kept.astype(np.float64), probabilities[:, None], distances, 0, segments.count, feature_selection="none"
    )
    weights = np.zeros(segments.count, dtype=np.float32)
    for part, weight in pairs:
        weights[part] = weight
    labels = segments.on_image()
    return LimeMap(
        weights[labels],
        labels,
        tuple(float(each) for each in weights),
        segments.outside,
        float(probabilities[0]),
        float(intercept),
        float(r2),
        samples,
        time.perf_counter() - started,
    )
