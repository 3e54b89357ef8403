import pytest

from domain.image_measures import MEASURE_NAMES, ImageMeasures


def test_measures_come_back_from_their_json_without_those_that_are_not_known() -> None:
    measures = ImageMeasures(matrix_px=2048.0, sharpness=-1.5)
    assert measures.as_json() == {"matrix_px": 2048.0, "sharpness": -1.5}
    assert ImageMeasures.from_json(measures.as_json() | {"of_a_later_version": 1}) == measures


def test_a_measure_is_a_finite_number() -> None:
    with pytest.raises(ValueError, match="contrast"):
        ImageMeasures(contrast=float("nan"))


def test_there_are_nine() -> None:
    assert len(MEASURE_NAMES) == 9
