import pytest

from domain.finding import Fracture, FractureState, ImageReading, Labelled, ReadingStatus
from inference.reasons import REASONS
from inference.study import combine


def _read(uid: str, state: FractureState, probability: float, model_set: str = "a") -> ImageReading:
    fracture = Fracture(state, probability, (probability, probability))
    return ImageReading(uid, "1.2", ReadingStatus.READ, model_set, region=Labelled("hand", 0.9), fracture=fracture)


def _unread(uid: str) -> ImageReading:
    return ImageReading(uid, "1.2", ReadingStatus.NOT_ANALYSED, "a", reason=REASONS["multi-frame"])


def test_a_study_is_as_suspicious_as_its_most_suspicious_image() -> None:
    readings = [
        _read("1", FractureState.ABSENT, 0.29),
        _read("2", FractureState.PRESENT, 0.61),
        _read("3", FractureState.PRESENT, 0.9),
        _read("4", FractureState.DOUBT, 0.59),
    ]
    findings = combine("1.9", readings)
    assert findings.fracture == readings[2].fracture
    assert [reading.sop_instance_uid for reading in findings.readings] == ["1", "2", "3", "4"]


def test_a_state_weighs_more_than_a_probability() -> None:
    # Two images of one study can have other operating points in a later ensemble.
    findings = combine("1.9", [_read("1", FractureState.DOUBT, 0.8), _read("2", FractureState.PRESENT, 0.7)])
    assert findings.fracture is not None
    assert findings.fracture.state is FractureState.PRESENT


def test_images_that_were_not_read_do_not_calm_a_study() -> None:
    findings = combine("1.9", [_unread("1"), _read("2", FractureState.DOUBT, 0.5)])
    assert findings.fracture is not None
    assert findings.fracture.state is FractureState.DOUBT


def test_a_study_of_which_nothing_was_read_says_nothing_of_a_fracture() -> None:
    assert combine("1.9", [_unread("1"), _unread("2")]).fracture is None


def test_readings_of_two_model_sets_are_no_study() -> None:
    with pytest.raises(ValueError, match="one model set"):
        combine("1.9", [_read("1", FractureState.DOUBT, 0.5, "a"), _read("2", FractureState.DOUBT, 0.5, "b")])
