from collections.abc import Mapping

import pytest

from dicom_node.drift.inputs import Against, InputLine, Learned, compare_images, compare_regions
from dicom_node.drift.scores import LEAST_IMAGES, DriftVerdict
from dicom_node.drift.stability import LEVEL, compare, round_down
from dicom_node.measure_ports import SentImages
from domain.image_measures import MEASURE_NAMES
from inference.binning import bin_measures
from tests.fakes.measures import ROOM1, draw_images

REFERENCE = bin_measures(draw_images(200, seed=1))


def judge(images: int = 300, seed: int = 2, learned: Learned | None = None, **changes: float) -> InputLine:
    return compare_images(SentImages(ROOM1, draw_images(images, seed, **changes)), REFERENCE, learned or Learned())


@pytest.mark.parametrize(
    "changes",
    [
        {"matrix_px": -1200.0},
        {"field_mm": -60.0},
        {"inverted": 1.0},
        {"contrast": -0.2},
        {"brightness": 0.4},
        {"entropy_bits": 0.8},
        {"clipped": 0.05},
        {"sharpness": 0.5},
        {"distance": 0.6},
    ],
)
def test_what_has_changed_differs_and_nothing_else(changes: Mapping[str, float]) -> None:
    line = judge(**changes)
    assert [each.measure for each in line.differing] == list(changes)


def test_the_same_detector_passes_the_limit_as_seldom_as_stated() -> None:
    """Thirty references of 250 images and a sample of 60 for each: over 800 of them it was 0.1 % of the measures."""
    lines = [
        compare_images(SentImages(ROOM1, draw_images(60, seed)), bin_measures(draw_images(250, 900 + seed)), Learned())
        for seed in range(30)
    ]
    compared = [each for line in lines for each in line.measures if each.index is not None]
    assert len(compared) == 30 * len(MEASURE_NAMES)
    assert pytest.approx(0.01 / 9) == 1 - LEVEL
    assert sum(each.index > each.limit for each in compared if each.index and each.limit) <= 3


def test_few_images_are_not_compared() -> None:
    line = judge(LEAST_IMAGES - 1, contrast=-0.5)
    assert {each.verdict for each in line.measures} == {DriftVerdict.TOO_FEW}
    assert not line.differing


def test_validation_goes_before_what_the_sender_sent_first_and_says_so() -> None:
    learned = Learned(200, 200, 200, bin_measures(draw_images(200, seed=3)))
    both = {each.measure: each.against for each in judge(learned=learned).measures}
    assert set(both.values()) == {Against.VALIDATION}
    sent = SentImages(ROOM1, draw_images(100, seed=4))
    partly = compare_images(sent, {"contrast": REFERENCE["contrast"]}, learned)
    assert {each.measure for each in partly.measures if each.against is Against.VALIDATION} == {"contrast"}
    assert {each.measure for each in partly.measures if each.against is Against.OWN} == {*MEASURE_NAMES} - {"contrast"}


@pytest.mark.parametrize(
    ("learned", "verdict"),
    [(Learned(0, 60, 200), DriftVerdict.LEARNING), (Learned(200, 200, 200), DriftVerdict.NO_REFERENCE)],
)
def test_without_a_reference_it_is_said_whether_one_is_being_learned(learned: Learned, verdict: DriftVerdict) -> None:
    line = compare_images(SentImages(ROOM1, draw_images(60, seed=1)), {}, learned)
    assert {each.verdict for each in line.measures} == {verdict}


def test_regions_that_a_sender_did_not_send_before_differ() -> None:
    learned = Learned(200, 200, 200, regions={"hand": 150, "leg": 50})
    line = compare_regions(ROOM1, {"hand": 80, "hip": 120}, learned)
    (shares,) = line.differing
    assert (shares.bins, shares.counts, shares.reference) == (("hand", "hip", "leg"), (80, 120, 0), (150, 0, 50))
    assert not compare_regions(ROOM1, {"hand": 74, "leg": 26}, learned).differing


def test_a_sender_of_one_region_has_not_changed() -> None:
    assert not compare_regions(ROOM1, {"hand": 100}, Learned(200, 200, 200, regions={"hand": 200})).differing


def test_images_are_counted_to_two_digits_for_their_limit() -> None:
    assert [round_down(each) for each in (50, 99, 128, 2049)] == [50, 99, 120, 2000]
    assert compare((0, 20, 20, 0), (0, 60, 60, 8))[1] == compare((20, 0, 0, 20), (0, 60, 60, 1))[1]
