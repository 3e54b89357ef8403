from math import log

import numpy as np
import pytest

from inference.population_stability import limit_stability, measure_stability

REFERENCE = (60, 60, 59, 59)


def draw(shares: tuple[float, ...], images: int, seed: int) -> list[int]:
    counts: list[int] = np.random.default_rng(seed).multinomial(images, shares).tolist()
    return counts


def test_the_index_is_what_a_hand_computes() -> None:
    """Half a count more in each bin: shares 50.5 / 101 twice against 30.5 / 101 and 70.5 / 101."""
    expected = (30.5 - 50.5) / 101 * log(30.5 / 50.5) + (70.5 - 50.5) / 101 * log(70.5 / 50.5)
    assert measure_stability((50, 50), (30, 70)) == pytest.approx(expected)
    assert measure_stability((50, 50), (30, 70)) == pytest.approx(0.1659, abs=1e-4)


def test_equal_shares_differ_by_nothing_and_both_ways_by_as_much() -> None:
    assert measure_stability((7, 7, 7), (7, 7, 7)) == 0
    assert measure_stability((50, 50), (30, 70)) == pytest.approx(measure_stability((30, 70), (50, 50)))


def test_a_bin_that_nobody_fell_into_is_rare_and_not_impossible() -> None:
    assert 0.1 < measure_stability((50, 50), (0, 100)) < 10


@pytest.mark.parametrize("images", [20, 50, 500, 50_000])
def test_a_sample_that_has_not_changed_stays_below_the_limit(images: int) -> None:
    shares = tuple(each / sum(REFERENCE) for each in REFERENCE)
    limit = limit_stability(REFERENCE, images)
    passed = sum(measure_stability(REFERENCE, draw(shares, images, seed)) > limit for seed in range(100))
    assert passed <= 5


@pytest.mark.parametrize("images", [100, 500, 50_000])
def test_a_sample_that_has_changed_is_above(images: int) -> None:
    counts = draw((0.1, 0.2, 0.2, 0.5), images, seed=1)
    assert measure_stability(REFERENCE, counts) > limit_stability(REFERENCE, images)


def test_the_limit_has_the_size_that_theory_gives() -> None:
    """(bins - 1) (1 / images + 1 / reference) chi-squared over its mean; 99 % of it with 3 degrees is 11.345."""
    assert limit_stability((1000,) * 4, 500) == pytest.approx(11.345 * (1 / 500 + 1 / 4000), rel=0.1)
    assert limit_stability(REFERENCE, 500) == limit_stability(REFERENCE, 500)


def test_fewer_images_have_a_wider_limit() -> None:
    limits = [limit_stability(REFERENCE, images) for images in (20, 50, 200, 1000)]
    assert limits == sorted(limits, reverse=True)


@pytest.mark.parametrize(
    ("reference", "counts"), [((1,), (1,)), ((1, 2), (0, 0)), ((1, 2), (1, 2, 3)), ((1, -1), (1, 1))]
)
def test_counts_that_cannot_be_compared_are_refused(reference: tuple[int, ...], counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="bins"):
        measure_stability(reference, counts)


def test_no_images_have_no_limit() -> None:
    with pytest.raises(ValueError, match="with images"):
        limit_stability((1, 2), 0)
