"""Composites of real radiographs keep the tissue and lose the limb."""

import numpy as np
import pytest

from inference.training.fracatlas import REGIONS, Example
from inference.training.negatives.composites import (
    choose_sources,
    compose,
    crop_black,
    mirror_trunk,
    scramble_tiles,
    shift_lines,
)


def example(pixels: np.ndarray, *regions: str) -> Example:
    return Example("example", pixels, False, (), tuple(region in regions for region in REGIONS))


def trunk_on_the_left() -> np.ndarray:
    """Return a picture whose left half is dense, with a bright arm at the right edge."""
    pixels = np.full((80, 100), 10, dtype=np.uint8)
    pixels[:, :50] = 150
    pixels[:, 90:94] = 255
    return pixels


@pytest.mark.parametrize("mirror", [False, True], ids=["left", "right"])
def test_a_mirrored_trunk_is_symmetric_and_without_the_arm(mirror: bool) -> None:
    picture = trunk_on_the_left()[:, ::-1] if mirror else trunk_on_the_left()
    chest = mirror_trunk(np.random.default_rng(1), picture)
    assert chest.shape[1] % 2 == 0
    assert chest.max() < 255
    half = chest.shape[1] // 2
    assert np.array_equal(chest[:, :half] > 64, chest[:, half:][:, ::-1] > 64)


def test_scrambled_tiles_keep_the_greys_and_lose_the_order() -> None:
    picture = np.tile(np.arange(120, dtype=np.uint8), (120, 1))
    scrambled = scramble_tiles(np.random.default_rng(2), picture)
    assert abs(float(scrambled.mean()) - float(picture.mean())) < 3
    assert not np.array_equal(np.sort(scrambled[0]), scrambled[0])


def test_shifted_lines_keep_every_row_s_values() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
    shifted = shift_lines(np.random.default_rng(3), picture)
    assert np.array_equal(np.sort(shifted, axis=1), np.sort(picture, axis=1))
    assert not np.array_equal(shifted, picture)


def test_black_bars_are_cut_off() -> None:
    picture = np.zeros((20, 30), dtype=np.uint8)
    picture[3:17, 8:22] = 90
    assert crop_black(picture).shape == (14, 14)


def test_a_black_picture_stays_whole() -> None:
    assert crop_black(np.zeros((5, 6), dtype=np.uint8)).shape == (5, 6)


def test_only_shoulders_with_a_trunk_become_chests() -> None:
    arm_alone = np.full((60, 60), 10, dtype=np.uint8)
    arm_alone[:, 28:32] = 220
    hand, hip = example(trunk_on_the_left(), "hand"), example(trunk_on_the_left(), "shoulder", "hip")
    good = example(trunk_on_the_left(), "shoulder")
    sources = choose_sources([hand, hip, good, example(arm_alone, "shoulder")])
    assert len(sources.shoulders) == 1
    assert sources.shoulders[0] is good.pixels
    assert len(sources.all) == 4


def test_without_a_shoulder_there_are_no_sources() -> None:
    assert not choose_sources([example(trunk_on_the_left(), "hand")])


def test_composed_pixels_are_shares() -> None:
    sources = choose_sources([example(trunk_on_the_left(), "shoulder")])
    for seed in range(20):
        name, pixels = compose(np.random.default_rng(seed), sources)
        assert name in ("mirrored-trunk", "scrambled", "shifted-lines")
        assert 0 <= pixels.min() <= pixels.max() <= 1
