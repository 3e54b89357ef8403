"""Negatives are many kinds, say that they show no region, and come out the same for a seed."""

import numpy as np
import pytest

from inference.training.fracatlas import REGIONS, Example
from inference.training.negatives import KINDS, Kind, draw_negatives


def shoulder(side_px: int = 64) -> Example:
    """Return a shoulder whose trunk is on the left half."""
    pixels = np.full((side_px, side_px), 20, dtype=np.uint8)
    pixels[:, : side_px // 2] = 200
    return Example("shoulder", pixels, False, (), tuple(region == "shoulder" for region in REGIONS))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_draws_a_picture_with_contrast_for_any_shape(kind: Kind) -> None:
    for index, shape in enumerate([(64, 64), (96, 56), (57, 95)]):
        picture = kind.draw(np.random.default_rng(index), shape)
        assert picture.shape == shape
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert np.clip(picture, 0, 1).std() > 0.004


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_two_draws_of_a_kind_differ(kind: Kind) -> None:
    first, second = (kind.draw(np.random.default_rng(seed), (64, 64)) for seed in (1, 2))
    assert np.abs(first - second).mean() > 0.005


def test_negatives_show_no_region_and_no_fracture() -> None:
    for each in draw_negatives(8, 3, 64):
        assert each.regions == (False,) * len(REGIONS)
        assert not each.fractured
        assert each.boxes == ()
        assert each.pixels.shape == (64, 64)
        assert each.pixels.dtype == np.uint8


def test_the_same_seed_draws_the_same_negatives() -> None:
    first, second = (draw_negatives(6, 5, 64, radiographs=[shoulder()]) for _ in range(2))
    assert [each.name for each in first] == [each.name for each in second]
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, second, strict=True))


def test_more_negatives_of_a_seed_begin_with_the_same_ones() -> None:
    few, many = draw_negatives(4, 7, 64), draw_negatives(8, 7, 64)
    assert [each.name for each in few] == [each.name for each in many[:4]]


def test_another_seed_draws_others() -> None:
    assert not np.array_equal(draw_negatives(1, 1, 64)[0].pixels, draw_negatives(1, 2, 64)[0].pixels)


def test_all_kinds_turn_up() -> None:
    names = " ".join(each.name for each in draw_negatives(250, 11, 32))
    assert [kind.name for kind in KINDS if f"negative-{kind.name}-" not in names] == []


def test_composites_have_the_share_asked_for() -> None:
    drawn = draw_negatives(12, 1, 64, radiographs=[shoulder()], composite_share=0.5)
    kinds = {kind.name for kind in KINDS}
    assert sum(each.name.removeprefix("negative-").rsplit("-", 2)[0] not in kinds for each in drawn) == 6


def test_without_radiographs_all_are_drawn() -> None:
    assert len(draw_negatives(5, 1, 64, composite_share=0.5)) == 5


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="composite_share"):
        draw_negatives(1, 1, 64, composite_share=share)
