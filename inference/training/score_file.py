"""What a bundle said of a split, in bins, written as inference/zoo/score_reference.py reads it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from domain.finding import FractureState, ImageReading
from inference.zoo import Precision, load_manifest, model_set
from inference.zoo.score_reference import SCORE_REFERENCES, RegionScores, ScoreReference

#: A bin has so many images of the reference, or more.
LEAST_PER_BIN: Final = 20
MOST_BINS: Final = 10
_DIGITS: Final = 4


def write_score_reference(
    bundle: Path, readings: Sequence[ImageReading], *, data: str, precision: Precision = "f32"
) -> None:
    """Write what a version of a bundle said beside its manifest.

    Args:
        data: which images they were.

    Raises:
        ModelError: there is no manifest of this version.
        ValidationError: there are no images.
    """
    manifest = load_manifest(bundle, precision)
    by_region: dict[str, list[ImageReading]] = {}
    for each in readings:
        if each.fracture is not None and each.region is not None:
            by_region.setdefault(each.region.label, []).append(each)
    said: dict[str, Any] = {
        "schema": 1,
        "bundle": manifest.bundle,
        "precision": precision,
        "model_set": model_set(manifest),
        "data": data,
        "images": len(readings),
        "not_analysed": dict(Counter(each.reason.code for each in readings if each.reason is not None)),
        "regions": _write_regions(by_region),
    }
    ScoreReference.model_validate(said)
    text = json.dumps(said, indent=2)
    (bundle / SCORE_REFERENCES[precision]).write_text(text + "\n", encoding="utf-8")


def _write_regions(by_region: Mapping[str, Sequence[ImageReading]]) -> dict[str, dict[str, Any]]:
    enough = {name: each for name, each in sorted(by_region.items()) if len(each) >= 2 * LEAST_PER_BIN}
    return {name: bin_scores(readings).model_dump() for name, readings in enough.items()}


def bin_scores(readings: Sequence[ImageReading]) -> RegionScores:
    """Return the scores of images that were read, in bins of (nearly) as many images each."""
    fractures = [each.fracture for each in readings if each.fracture is not None]
    scores = [each.probability for each in fractures]
    states = Counter(each.state for each in fractures)
    edges = find_edges(scores)
    placed = np.bincount(np.searchsorted(edges, scores, side="right"), minlength=len(edges) + 1)
    counted = {state.value: states[state] for state in FractureState}
    return RegionScores.model_validate({"edges": edges, "counts": placed.tolist(), "states": counted})


def find_edges(scores: Iterable[float]) -> tuple[float, ...]:
    """Return where bins end that have as many of the scores each, LEAST_PER_BIN or more; equal edges are one."""
    known = np.array(list(scores))
    bins = min(MOST_BINS, len(known) // LEAST_PER_BIN)
    quantiles = np.quantile(known, np.arange(1, bins) / bins)
    return tuple(sorted({round(float(each), _DIGITS) for each in quantiles}))
