"""The drawing board draws where it is told, at the grey that it is told."""

import numpy as np
import pytest

from inference.training.negatives.canvas import cloud, ellipse_points, gradient, mask_of, rescale, smooth, stroke, write


def test_a_mask_covers_the_outline_s_area() -> None:
    mask = mask_of([(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)], (100, 200))
    assert mask.mean() == pytest.approx(0.25, abs=0.02)
    assert mask[50, 100] == 1
    assert mask[5, 5] == 0


def test_an_ellipse_has_its_radii() -> None:
    points = ellipse_points((0.5, 0.4), (0.3, 0.1))
    assert np.ptp(points, axis=0) == pytest.approx([0.6, 0.2], abs=0.01)
    assert points.mean(axis=0) == pytest.approx([0.5, 0.4])


def test_a_steeper_cloud_is_smoother() -> None:
    rough, fine = (cloud(np.random.default_rng(1), (64, 64), slope) for slope in (0.0, 2.0))
    assert np.abs(np.diff(fine)).mean() < 0.5 * np.abs(np.diff(rough)).mean()


@pytest.mark.parametrize("shape", [(32, 48), (48, 31)])
def test_clouds_and_ramps_reach_from_black_to_white(shape: tuple[int, int]) -> None:
    for picture in (cloud(np.random.default_rng(1), shape, 1.0), gradient(np.random.default_rng(1), shape)):
        assert picture.shape == shape
        assert (picture.min(), picture.max()) == (0, pytest.approx(1))


def test_a_flat_picture_stays_finite() -> None:
    assert np.isfinite(rescale(np.full((4, 4), 7.0))).all()


def test_a_stroke_and_words_leave_the_rest_as_it_was() -> None:
    picture = np.full((60, 120), 0.25, dtype=np.float32)
    stroke(picture, [(0.1, 0.9), (0.9, 0.9)], 2, 0.75)
    write(picture, "A", (10, 30), 0, 0.8)
    assert picture[54, 60] == pytest.approx(0.75)
    assert picture[:32, :40].max() == pytest.approx(1, abs=0.02)
    assert np.all(picture[:, 115:] == np.float32(0.25))


def test_no_blur_is_no_change() -> None:
    picture = np.random.default_rng(1).random((8, 8), dtype=np.float32)
    assert smooth(picture, 0) is picture
