"""What was measured of a version of a bundle, written as inference/zoo/evaluation.py reads it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from domain.image_measures import ImageMeasures
from inference.training.evaluation import (
    ReadExample,
    box_average_precision,
    measure_fracture,
    measure_regions,
    region_accuracy,
    state_counts,
)
from inference.training.fracatlas import Split
from inference.training.input_file import write_input_reference
from inference.training.reliability import reliability
from inference.training.score_file import write_score_reference
from inference.zoo import Precision, load_manifest, model_set
from inference.zoo.evaluation import EVALUATIONS, Evaluation

#: How the splits of the data are called where people read it.
_SPLITS: Mapping[Split, str] = {"train": "training", "val": "validation", "test": "test"}


def write_evaluation(bundle: Path, examples: list[ReadExample], *, split: Split, precision: Precision = "f32") -> None:
    """Write what a version of a bundle did on a split beside its manifest.

    Raises:
        ModelError: there is no manifest of this version.
        ValidationError: there are no images.
    """
    manifest = load_manifest(bundle, precision)
    data = f"FracAtlas, {_SPLITS[split]} split, doi:10.1038/s41597-023-02432-4"
    measures = {"all": measure_fracture(examples)} | measure_regions(examples)
    said: dict[str, Any] = {
        "schema": 1,
        "bundle": manifest.bundle,
        "precision": precision,
        "model_set": model_set(manifest),
        "data": data,
        "images": len(examples),
        "fractured": sum(example.fractured for example in examples),
        "region_accuracy": region_accuracy(examples).as_json(),
        "box_map50": box_average_precision(examples).as_json(),
        "measures": {row: {name: each.as_json() for name, each in row_of.items()} for row, row_of in measures.items()},
        "statements": state_counts(examples),
        "reliability": reliability(
            np.array([example.probability for example in examples]),
            np.array([example.fractured for example in examples]),
        ),
    }
    Evaluation.model_validate(said)
    (bundle / EVALUATIONS[precision]).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    write_score_reference(bundle, [example.reading for example in examples], data=data, precision=precision)
    images = list(_find_measures(examples))
    if images and precision == "f32":  # what images are like does not depend on how the models compute
        write_input_reference(bundle, images, data=data)


def _find_measures(examples: list[ReadExample]) -> Iterator[tuple[str, ImageMeasures]]:
    for each in examples:
        if each.measures is not None and each.reading.region is not None:
            yield each.reading.region.label, each.measures
