import numpy as np
import pytest

from inference.diagnostic_accuracy import estimate_kappa, estimate_share


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe, Two-sided confidence intervals for the single proportion, 1998, Table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_an_interval_is_that_of_the_literature(successes: int, trials: int, low: float, high: float) -> None:
    found = estimate_share(successes, trials)
    assert found is not None
    assert (found.value, found.number) == (successes / trials, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_no_share_and_of_more_than_all_none_either() -> None:
    assert estimate_share(0, 0) is None
    with pytest.raises(ValueError, match="some among all"):
        estimate_share(2, 1)


def test_kappa_of_two_categories_is_cohens() -> None:
    # 20 and 15 agree of 50; by chance half would: (0.7 - 0.5) / (1 - 0.5).
    found = estimate_kappa([[20, 5], [10, 15]])
    assert found is not None
    assert found.value == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    assert found == estimate_kappa([[20, 5], [10, 15]])


def test_near_categories_count_half() -> None:
    rows, columns = np.array([22, 20, 10]), np.array([20, 20, 12])
    distance = np.abs(np.subtract.outer([0, 1, 2], [0, 1, 2])) / 2
    seen = 0.5 * (4 + 2 + 2 + 0) + 1 * (1 + 1)
    found = estimate_kappa([[17, 4, 1], [2, 16, 2], [1, 0, 9]])
    assert found is not None
    assert found.value == pytest.approx(1 - seen / (distance * np.outer(rows, columns) / 52).sum())


def test_perfect_agreement_is_one_and_where_all_are_alike_there_is_none() -> None:
    assert estimate_kappa([[30, 0], [0, 20]]).value == 1.0
    assert estimate_kappa([[30, 0], [0, 0]]) is None
    assert estimate_kappa([[3, 0], [0, 3]]) is None


@pytest.mark.parametrize("counts", [[[1]], [[1, 2]], [[1, -1], [0, 3]]])
def test_kappa_is_of_a_square_table_of_counts(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square"):
        estimate_kappa(counts)
