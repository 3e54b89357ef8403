import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.training.datasets.labelled import LabelledImage, Splits
from inference.training.datasets.splits import SHARES, split_by_patient, take_published

SIZES = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.sampled_from(("hand", "leg"))), min_size=1, max_size=60)
CUTS = st.tuples(st.floats(0.05, 0.95), st.floats(0, 1)).map(
    lambda cut: (cut[0], (1 - cut[0]) * cut[1], 1 - cut[0] - (1 - cut[0]) * cut[1])
)


def draw(sizes: list[tuple[int, bool, str]], folder: str = "data") -> list[LabelledImage]:
    return [
        LabelledImage(Path(folder, f"{patient}-{image}.png"), f"p{patient}", "s", regions=(region,), abnormal=abnormal)
        for patient, (count, abnormal, region) in enumerate(sizes)
        for image in range(count)
    ]


def parts_of(splits: Splits) -> tuple[tuple[LabelledImage, ...], ...]:
    return splits.training, splits.validation, splits.test


def names_of(splits: Splits) -> list[list[str]]:
    return [[image.path.name for image in part] for part in parts_of(splits)]


@settings(deadline=None)
@given(SIZES, CUTS, st.integers(0, 1000))
def test_every_image_is_in_one_part_and_every_patient_too(
    sizes: list[tuple[int, bool, str]], shares: tuple[float, float, float], seed: int
) -> None:
    images = draw(sizes)
    parts = parts_of(split_by_patient(images, shares, seed=seed))
    assert Counter(image for part in parts for image in part) == Counter(images)
    patients = [{image.patient for image in part} for part in parts]
    assert sum(len(part) for part in patients) == len(sizes)


@settings(deadline=None)
@given(SIZES, CUTS, st.integers(0, 1000))
def test_each_part_is_as_close_to_its_share_as_the_largest_patient_lets_it(
    sizes: list[tuple[int, bool, str]], shares: tuple[float, float, float], seed: int
) -> None:
    images, largest = draw(sizes), max(size for size, _, _ in sizes)
    for part, share in zip(parts_of(split_by_patient(images, shares, seed=seed)), shares, strict=True):
        assert -4 / 3 * largest - 1e-6 <= len(part) - share * len(images) <= 2 / 3 * largest + 1e-6


@settings(deadline=None)
@given(SIZES, st.integers(0, 1000))
def test_each_stratum_is_divided_as_the_whole_is(sizes: list[tuple[int, bool, str]], seed: int) -> None:
    images, largest = draw(sizes), max(size for size, _, _ in sizes)
    splits = split_by_patient(images, seed=seed)
    for stratum in {(image.abnormal, image.regions) for image in images}:
        total = sum((image.abnormal, image.regions) == stratum for image in images)
        for part, share in zip(parts_of(splits), SHARES, strict=True):
            count = sum((image.abnormal, image.regions) == stratum for image in part)
            assert abs(count - share * total) <= 2 * largest + 1e-6


@settings(deadline=None)
@given(SIZES, st.integers(0, 1000), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_folder_of_the_images_matters(
    sizes: list[tuple[int, bool, str]], seed: int, shuffler: random.Random
) -> None:
    elsewhere = draw(sizes, folder="another/place")
    shuffler.shuffle(elsewhere)
    assert names_of(split_by_patient(draw(sizes), seed=seed)) == names_of(split_by_patient(elsewhere, seed=seed))


def test_large_datasets_meet_their_shares_almost_exactly() -> None:
    images = draw([(1, patient % 5 == 0, "hand") for patient in range(1000)])
    splits = split_by_patient(images)
    assert [len(part) for part in parts_of(splits)] == pytest.approx([720, 180, 100], abs=2)
    assert [sum(bool(image.abnormal) for image in part) for part in parts_of(splits)] == pytest.approx(
        [144, 36, 20], abs=2
    )


def test_another_seed_divides_otherwise() -> None:
    images = draw([(2, False, "hand")] * 40)
    assert split_by_patient(images, seed=1) != split_by_patient(images, seed=2)
    assert split_by_patient(images, seed=1) == split_by_patient(images, seed=1)


def test_every_type_of_fracture_comes_to_every_part() -> None:
    images = [
        LabelledImage(Path(f"{kind}-{number}.jpg"), f"{kind}-{number}", "s", abnormal=True, fracture_type=f"{kind}")
        for kind in range(10)
        for number in range(40)
    ]
    for part in parts_of(split_by_patient(images)):
        assert len({image.fracture_type for image in part}) == 10


@pytest.mark.parametrize("shares", [(0.7, 0.2, 0.2), (0.0, 0.5, 0.5), (1.2, -0.1, -0.1), (0.5, 0.3, 0.1)])
def test_shares_that_are_none_are_refused(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        split_by_patient(draw([(1, False, "hand")]), shares)


def test_nothing_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="no image"):
        split_by_patient([])


def with_splits(*names: str | None) -> list[LabelledImage]:
    return [
        replace(image, split=name) for image, name in zip(draw([(1, False, "hand")] * len(names)), names, strict=True)
    ]


def test_the_authors_parts_are_taken_as_they_are() -> None:
    splits = take_published(with_splits("train", "test", "valid", "train", "val"))
    assert names_of(splits) == [["0-0.png", "3-0.png"], ["2-0.png", "4-0.png"], ["1-0.png"]]


def test_images_that_the_authors_left_out_are_left_out() -> None:
    splits = take_published(with_splits("train", None, "valid"))
    assert [len(part) for part in parts_of(splits)] == [1, 1, 0]


def test_validation_is_cut_from_training_where_there_is_none() -> None:
    splits = take_published(with_splits(*["train"] * 80, *["test"] * 20), validation_share=0.25)
    assert [len(part) for part in parts_of(splits)] == [60, 20, 20]


def test_a_patient_whom_the_authors_left_in_two_parts_stays_in_the_later() -> None:
    images = with_splits("train", "valid", "test", "train", "valid")
    images = [replace(image, patient="twice") if number in (0, 1, 2) else image for number, image in enumerate(images)]
    assert names_of(take_published(images)) == [["3-0.png"], ["4-0.png"], ["2-0.png"]]


def test_a_dataset_without_published_parts_says_so() -> None:
    with pytest.raises(ValueError, match="publish no split; divide it by patient"):
        take_published(with_splits(None, None))


def test_a_part_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="not 'holdout'"):
        take_published(with_splits("holdout"))
