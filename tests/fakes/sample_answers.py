"""Prints what the shipped bundle says of the samples, a JSON list an image: for a process whose processor is its own.

python -m tests.fakes.sample_answers f32
"""

import json
import sys
from dataclasses import replace
from typing import Any, cast

from inference.phantom import draw_phantom
from inference.phantom.dicom import make_dataset
from inference.phantom.samples import SAMPLE_STUDIES
from inference.reader import Reader
from inference.zoo import Precision

#: The samples are drawn this much smaller: what is told of them need not be right, only the same everywhere.
SHRINK = 4


def main() -> None:
    """Read the samples in the precision that the command line names."""
    reader = Reader(precision=cast(Precision, sys.argv[1]), threads=1, member_seconds=300.0)
    for study in SAMPLE_STUDIES:
        for spec in study.images:
            small = replace(spec, rows=spec.rows // SHRINK, columns=spec.columns // SHRINK)
            ds = make_dataset(draw_phantom(small), identity=study.identity, modality=study.modality)
            print(json.dumps(_describe(reader.read(ds).image)), flush=True)


def _describe(image: Any) -> list[Any]:
    if image.fracture is None:
        return [image.status.value, "", 0.0, []]
    boxes = [[box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px, box.probability] for box in image.boxes]
    return [image.fracture.state.value, image.region.label, image.fracture.probability, boxes]


if __name__ == "__main__":
    main()
