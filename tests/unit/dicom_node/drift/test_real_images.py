"""Real radiographs that nobody validated on, as they are and changed, against the reference that ships."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from dicom_node.drift.inputs import Learned, compare_images
from dicom_node.measure_ports import SentImages
from domain.image_measures import ImageMeasures
from inference.canvases import Canvases
from inference.grey_image import GreyImage
from inference.header import Header, read_header
from inference.measuring import measure_image
from inference.picture import open_picture
from inference.radiograph import develop
from inference.training.fracatlas import LabelledRow, read_rows
from inference.zoo import BUNDLED, load_manifest
from inference.zoo.input_reference import load_input_reference
from tests.fakes.measures import ROOM1

pytestmark = pytest.mark.shared_data
Pixels = npt.NDArray[np.uint8]
IMAGES = 60
FINEST = max((model.input for model in load_manifest(BUNDLED).models), key=lambda each: each.side_px)


@pytest.fixture(scope="module")
def legs(shared_data: Path) -> list[tuple[Pixels, Header]]:
    data = shared_data / "fracatlas"
    rows = [row for row in read_rows(data, "train") if LabelledRow(row).regions == ("leg",)]
    pictures = [open_picture(data / "images" / row["image_id"]) for row in rows[:: len(rows) // IMAGES][:IMAGES]]
    headers = [read_header(each) for each in pictures]
    return [(develop(each, header).image.bytes(), header) for each, header in zip(pictures, headers, strict=True)]


def measure(pixels: Pixels, header: Header) -> ImageMeasures:
    image = GreyImage(np.ascontiguousarray(pixels), np.linspace(0, 1, 256, dtype=np.float32))
    canvases = Canvases(image)
    canvases.make(FINEST)
    return measure_image(image, replace(header, rows=pixels.shape[0], columns=pixels.shape[1]), canvases.finest(), None)


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        (lambda pixels: pixels, set()),
        (lambda pixels: (pixels * 0.5 + 60).astype(np.uint8), {"contrast"}),
        (lambda pixels: 255 - pixels, {"brightness"}),
    ],
    ids=["unchanged", "half the contrast", "inverted"],
)
def test_the_measure_that_changed_differs_from_validation_and_no_other(
    legs: list[tuple[Pixels, Header]], change: Callable[[Pixels], Pixels], differing: set[str]
) -> None:
    reference = load_input_reference(BUNDLED)
    assert reference is not None
    sent = SentImages(ROOM1, [measure(change(pixels), header) for pixels, header in legs])
    line = compare_images(sent, reference.of_region("leg"), Learned())
    assert {each.measure for each in line.differing} == differing
