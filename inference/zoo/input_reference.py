"""What the images were like that a bundle was validated on: what comes elsewhere is compared."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from domain.image_measures import MEASURE_NAMES
from inference.zoo.beside import read_beside
from inference.zoo.distribution import Distribution
from inference.zoo.manifest import Entry, Manifest, Name, Sha256

#: One for all versions of a bundle: they have the same region model and the same canvases. A bundle that somebody
#: brought need not have one.
INPUT_REFERENCE: Final = "inputs.json"
MeasureName = Literal[
    "matrix_px",
    "field_mm",
    "inverted",
    "contrast",
    "brightness",
    "entropy_bits",
    "clipped",
    "sharpness",
    "distance",
]
assert MeasureName.__args__ == MEASURE_NAMES  # type: ignore[attr-defined]


class Measured(Entry):
    """What measures depend on beside the image.

    Attributes:
        region_weights: digests of the files of the models that say the region and measure the distance, sorted.
        finest_px: side of the canvas whose sharpness is measured.
    """

    region_weights: tuple[Sha256, ...]
    finest_px: int

    @classmethod
    def by(cls, manifest: Manifest) -> "Measured":
        """Return it of a bundle."""
        naming = [model for model in manifest.models if model.task in ("region", "multilabel")]
        return cls(
            region_weights=tuple(sorted(digest for model in naming for digest in model.files.values())),
            finest_px=max(model.input.side_px for model in manifest.models),
        )


class InputReference(Entry):
    """What the images of a split were like.

    Attributes:
        measured: what the measures depend on: those of another bundle are compared with nothing.
        images: of all regions.
        regions: those with enough images to be compared with, by measure; a measure that these images do not have
            (a picture has no field) is not there.
    """

    format: Literal[1] = Field(alias="schema")
    bundle: Name
    measured: Measured
    data: str
    images: int = Field(ge=1)
    regions: dict[str, dict[MeasureName, Distribution]]

    def of_region(self, region: str) -> Mapping[str, Distribution]:
        """Return the distributions of a region by measure, none where there is no such region."""
        return dict(self.regions.get(region, {}).items())


def load_input_reference(bundle: Path) -> InputReference | None:
    """Read what the images were like that a bundle was validated on, None where nothing lies there.

    Raises:
        ModelError: it does not say what it must.
    """
    return read_beside(InputReference, bundle, INPUT_REFERENCE)
