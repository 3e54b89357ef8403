"""What the images of a split are like, in bins, written as inference/zoo/input_reference.py reads it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from domain.image_measures import ImageMeasures
from inference.binning import LEAST_PER_BIN, bin_measures
from inference.zoo import load_manifest
from inference.zoo.input_reference import INPUT_REFERENCE, InputReference, Measured

#: Said by files and not by pictures: FracAtlas has JPEG files, made smaller, that state neither spacing nor inversion.
#: The preprocessing takes these away; where they matter is a change at one sender.
_OF_FILES: Final = ("matrix_px", "field_mm", "inverted")


def write_input_reference(bundle: Path, images: Iterable[tuple[str, ImageMeasures]], *, data: str) -> None:
    """Write what images are like beside a bundle's manifest.

    Args:
        images: the region and the measures of each.
        data: which images they are.

    Raises:
        ModelError: there is no manifest.
        ValidationError: there are no images.
    """
    manifest = load_manifest(bundle)
    by_region: dict[str, list[ImageMeasures]] = {}
    for region, measures in images:
        by_region.setdefault(region, []).append(measures)
    said: dict[str, Any] = {
        "schema": 1,
        "bundle": manifest.bundle,
        "measured": Measured.by(manifest).model_dump(),
        "data": data,
        "images": sum(map(len, by_region.values())),
        "regions": {name: _write(each) for name, each in sorted(by_region.items()) if len(each) >= 2 * LEAST_PER_BIN},
    }
    InputReference.model_validate(said)
    (bundle / INPUT_REFERENCE).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _write(images: Sequence[ImageMeasures]) -> dict[str, Any]:
    return {name: each.model_dump() for name, each in bin_measures(images).items() if name not in _OF_FILES}
