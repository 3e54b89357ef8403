"""A random view carries its boxes along, and the same seed draws the same view."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.training.augmentation import AugmentationRanges, augment, centre
from inference.training.fracatlas import Example

GEOMETRY_ONLY = AugmentationRanges(
    gamma=(1.0, 1.0), contrast=(1.0, 1.0), brightness=0.0, noise=0.0, blur_share=0.0, erase_share=0.0
)


def planted(x: float, y: float, side_px: int = 256, size: float = 0.08) -> Example:
    """Return a black example with one bright square around (x, y) in 0..1, which is its box."""
    pixels = np.zeros((side_px, side_px), dtype=np.uint8)
    box = (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
    x_min, y_min, x_max, y_max = (round(value * side_px) for value in box)
    pixels[y_min:y_max, x_min:x_max] = 255
    return Example("planted", pixels, True, (box,), (True, False, False, False))


@given(x=st.floats(0.3, 0.7), y=st.floats(0.3, 0.7), seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_the_box_follows_what_it_surrounds(x: float, y: float, seed: int) -> None:
    view, boxes = augment(planted(x, y), 224, GEOMETRY_ONLY, np.random.default_rng(seed))
    rows, columns = np.nonzero(view > 0.5)
    centre_x, centre_y = (columns.mean() + 0.5) / 224, (rows.mean() + 0.5) / 224
    ((x_min, y_min, x_max, y_max),) = boxes
    assert abs((x_min + x_max) / 2 - centre_x) < 0.01
    assert abs((y_min + y_max) / 2 - centre_y) < 0.01


def test_the_same_seed_draws_the_same_view() -> None:
    first, _ = augment(planted(0.4, 0.6), 224, AugmentationRanges(), np.random.default_rng(7))
    second, _ = augment(planted(0.4, 0.6), 224, AugmentationRanges(), np.random.default_rng(7))
    assert np.array_equal(first, second)


def test_tones_stay_in_range() -> None:
    view, _ = augment(planted(0.4, 0.6), 224, AugmentationRanges(noise=0.3), np.random.default_rng(1))
    assert view.dtype == np.float32
    assert view.min() >= 0.0
    assert view.max() <= 1.0


def test_the_plain_view_is_neither_turned_nor_mirrored() -> None:
    view = centre(planted(0.25, 0.75), 128)
    rows, columns = np.nonzero(view > 0.5)
    assert abs(columns.mean() / 128 - 0.25) < 0.01
    assert abs(rows.mean() / 128 - 0.75) < 0.01
