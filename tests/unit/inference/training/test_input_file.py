import json
import shutil
from pathlib import Path

import pytest

from domain.errors import ModelError
from domain.image_measures import MEASURE_NAMES, ImageMeasures
from inference.training.input_file import write_input_reference
from inference.zoo import BUNDLED, MANIFESTS, load_manifest
from inference.zoo.evaluation import load_evaluation
from inference.zoo.input_reference import INPUT_REFERENCE, Measured, load_input_reference


def write(folder: Path) -> Path:
    shutil.copyfile(BUNDLED / MANIFESTS["f32"], folder / MANIFESTS["f32"])
    hands = [("hand", ImageMeasures(contrast=number / 100)) for number in range(100)]
    write_input_reference(folder, [*hands, ("hip", ImageMeasures(contrast=0.5))], data="drawn")
    return folder


def test_a_region_with_enough_images_has_the_distributions_of_its_measures(tmp_path: Path) -> None:
    found = load_input_reference(write(tmp_path))
    assert found is not None
    assert (found.images, list(found.regions), list(found.of_region("hand"))) == (101, ["hand"], ["contrast"])
    assert found.of_region("hand")["contrast"].images == 100
    assert found.measured == Measured.by(load_manifest(BUNDLED))
    assert found.of_region("hip") == {}


@pytest.mark.parametrize("change", [{"counts": [1]}, {"edges": [2, 1]}])
def test_a_distribution_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = write(tmp_path) / INPUT_REFERENCE
    said = json.loads(path.read_text())
    said["regions"]["hand"]["contrast"] |= change
    path.write_text(json.dumps(said))
    with pytest.raises(ModelError, match=r"inputs\.json cannot be used"):
        load_input_reference(tmp_path)


def test_a_bundle_without_one_says_nothing(tmp_path: Path) -> None:
    assert load_input_reference(tmp_path) is None


def test_the_shipped_bundle_has_the_measures_of_its_validation_images() -> None:
    found, measured = load_input_reference(BUNDLED), load_evaluation(BUNDLED)
    assert found is not None
    assert measured is not None
    assert (found.images, found.measured) == (measured.images, Measured.by(load_manifest(BUNDLED)))
    assert {"hand", "leg"} <= set(found.regions)
    assert set(found.of_region("leg")) == {*MEASURE_NAMES} - {"matrix_px", "field_mm", "inverted"}


def test_the_reference_is_that_of_every_precision_of_the_bundle() -> None:
    assert len({Measured.by(load_manifest(BUNDLED, each)).model_dump_json() for each in MANIFESTS}) == 1
