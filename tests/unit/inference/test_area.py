"""Averaging over areas is what OpenCV does, only sooner."""

import cv2
import numpy as np
import pytest

from inference.area import shrink


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [((1250, 1024), (256, 210)), ((601, 83), (600, 83)), ((97, 203), (31, 64)), ((64, 64), (32, 32)), ((5, 9), (1, 2))],
)
def test_each_pixel_is_the_mean_of_the_area_that_it_covers(shape: tuple[int, int], wanted: tuple[int, int]) -> None:
    image = np.random.default_rng(sum(shape)).random(shape, dtype=np.float32)
    expected = cv2.resize(image, wanted[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(shrink(image, *wanted) - expected).max() < 1e-6


def test_an_image_that_is_no_block_of_memory_is_averaged_alike() -> None:
    image = np.random.default_rng(1).random((300, 400), dtype=np.float32)
    assert np.array_equal(shrink(image[:, ::-1], 100, 90), shrink(np.ascontiguousarray(image[:, ::-1]), 100, 90))


def test_grey_stays_grey_to_the_edges() -> None:
    assert shrink(np.full((1001, 703), 0.5, dtype=np.float32), 257, 181) == pytest.approx(0.5, abs=1e-6)
