"""What is fitted on a validation split says what the split says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra `models`")

from domain.finding import Fracture, FractureState, Labelled
from inference.calibration import sigmoid
from inference.ensemble import Opinion
from inference.member import Evidence, Spots
from inference.preprocess import Letterbox
from inference.training.calibrating import (
    fit_boxes,
    fit_fusion,
    fit_member,
    maximum_distance,
    minimum_probability,
    recalibrate,
)
from inference.training.gathering import Gathered
from tests.fakes.sessions import make_entry

RNG = np.random.default_rng(0)
#: A stored image of 200 x 200 px at half size on the canvas.
HALF = Letterbox(0.5, 0.5, 0, 0)
BOX = (20.0, 40.0, 60.0, 100.0)


def _say(fractured: bool, logit: float, region: str = "hand", certainty: float = 0.9) -> Gathered:
    """One image; the detector's surest box is right in a fractured one, its second box never."""
    spots = Spots(
        np.array([[10, 20, 30, 50], [60, 60, 90, 90]], dtype=np.float32),
        np.array([logit, -3.0], dtype=np.float32),
        ("fracture", "fracture"),
    )
    evidence = Evidence(make_entry("boxes", "detector", ("centres", "distances")), HALF, (logit,), None, spots)
    statement = Fracture(FractureState.DOUBT, 0.5, (0.5, 0.5))
    opinion = Opinion(Labelled(region, certainty), True, (), (), statement, logit, (evidence,))
    row = {"image_id": "x.jpg", "fractured": str(int(fractured))}
    return Gathered(row, 200, 200, (BOX,) if fractured else (), opinion)


@pytest.fixture(scope="module")
def split() -> list[Gathered]:
    """Members that are sure by half as much again as they should be; hips are harder than hands."""
    images = []
    for index in range(600):
        fractured = bool(RNG.random() < 0.3)
        spread = 1.0 if index % 2 else 2.0
        logit = 1.5 * (2.0 if fractured else -2.0) + RNG.normal(0, spread)
        images.append(_say(fractured, logit, "hand" if index % 2 else "hip"))
    return images


def test_calibrated_probabilities_are_the_shares_that_are_fractured(split: list[Gathered]) -> None:
    fitted = fit_member(split, "boxes")
    platt = fitted["calibration"]
    said = [sigmoid(platt["slope"] * each.calibrated_logit("boxes") + platt["intercept"]) for each in split]
    assert np.mean(said) == pytest.approx(np.mean([each.fractured for each in split]), abs=0.01)


def test_a_new_calibration_needs_no_new_reading(split: list[Gathered]) -> None:
    entry = make_entry("boxes", "detector", ("centres", "distances"))
    renewed = entry.model_dump(by_alias=True) | {"calibration": {"kind": "platt", "slope": 2.0, "intercept": 1.0}}
    after = recalibrate(split[:3], {"boxes": renewed})
    assert [each.calibrated_logit("boxes") for each in after] == pytest.approx(
        [2 * each.calibrated_logit("boxes") + 1 for each in split[:3]]
    )


def test_a_region_that_is_harder_is_present_from_another_probability(split: list[Gathered]) -> None:
    points = fit_fusion(split, ["boxes"]).table["operating_points"]
    assert set(points) == {"any", "hand", "hip"}
    assert points["hip"]["present_from"] != points["hand"]["present_from"]


def test_a_region_of_few_fractures_has_no_points_of_its_own(split: list[Gathered]) -> None:
    few = [*split, *(_say(index < 5, 3.0 if index < 5 else -3.0, "shoulder") for index in range(40))]
    assert "shoulder" not in fit_fusion(few, ["boxes"]).table["operating_points"]


def test_a_box_is_as_sure_as_boxes_like_it_were_right(split: list[Gathered]) -> None:
    fitted = fit_boxes(split, "boxes", fit_fusion(split, ["boxes"]).table)
    sure = sigmoid(fitted["slope"] * 4.0 + fitted["image_slope"] * 4.0 + fitted["intercept"])
    weak = sigmoid(fitted["slope"] * -3.0 + fitted["image_slope"] * -3.0 + fitted["intercept"])
    assert sure > 0.8
    assert weak < 0.05


def test_no_validation_image_is_refused(split: list[Gathered]) -> None:
    least = _say(False, 0.0, certainty=0.5)
    assert minimum_probability([*split, least]) == pytest.approx(0.45)


def test_no_validation_image_is_too_far(split: list[Gathered]) -> None:
    far = [replace(each, opinion=replace(each.opinion, distances={"region": 2.0})) for each in split[:2]]
    farthest = replace(split[2], opinion=replace(split[2].opinion, distances={"region": 3.0}))
    assert maximum_distance([*far, farthest], "region") == pytest.approx(3.3)


def test_a_split_is_read_from_the_manifest_of_the_data(tmp_path: Path) -> None:
    from inference.training.fracatlas import read_rows

    (tmp_path / "manifest.csv").write_text("image_id,split\na.jpg,train\nb.jpg,val\n")
    assert [row["image_id"] for row in read_rows(tmp_path, "val")] == ["b.jpg"]
