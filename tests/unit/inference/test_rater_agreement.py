import numpy as np
import pytest

from inference.rater_agreement import measure_agreement


def tabulate(one: np.ndarray, other: np.ndarray) -> list[np.ndarray]:
    """Return a table for each image, as if each were a study."""
    tables = np.zeros((len(one), 3, 3), dtype=int)
    tables[np.arange(len(one)), one, other] = 1
    return list(tables)


def test_kappa_is_what_is_worked_out_by_hand() -> None:
    # Both agree on 35 of 50; by chance on 0.5 * 0.6 + 0.5 * 0.4 of them: (0.7 - 0.5) / (1 - 0.5).
    found = measure_agreement([[[20, 5], [10, 15]]])
    assert (found.images, found.studies, found.observed) == (50, 1, 0.7)
    assert found.kappa == pytest.approx(0.4)


def test_who_says_the_opposite_agrees_less_than_by_chance() -> None:
    assert measure_agreement([[[0, 5], [5, 0]]]).kappa == pytest.approx(-1.0)


def test_the_same_images_give_the_same_interval_around_kappa() -> None:
    random = np.random.default_rng(1)
    one = random.integers(0, 3, 200)
    tables = tabulate(one, np.where(random.random(200) < 0.7, one, random.integers(0, 3, 200)))
    found = measure_agreement(tables)
    assert found == measure_agreement(tables)
    assert None not in (found.low, found.kappa, found.high)
    assert found.low < found.kappa < found.high  # type: ignore[operator]


def test_the_interval_holds_the_kappa_of_the_population_as_often_as_it_says() -> None:
    random, held = np.random.default_rng(2), 0
    for seed in range(100):
        one = random.integers(0, 2, 150)
        other = np.where(random.random(150) < 0.8, one, 1 - one)  # kappa 2 * 0.8 - 1 = 0.6
        found = measure_agreement(tabulate(one, other), draws=400, seed=seed)
        held += found.low is not None and found.high is not None and found.low <= 0.6 <= found.high
    assert 88 <= held <= 100


def test_images_of_one_study_say_less_than_as_many_studies() -> None:
    pair = np.array([[2, 1], [0, 2]])
    alone = measure_agreement([np.array([[1, 0], [0, 0]]), np.array([[0, 1], [0, 0]]), np.array([[0, 0], [0, 1]])] * 40)
    other = [np.array([[10, 0], [0, 0]]), np.array([[0, 10], [0, 0]]), np.array([[0, 0], [0, 10]])] * 4
    together = measure_agreement(other)
    assert alone.images == together.images == 120
    assert alone.kappa == pytest.approx(together.kappa)
    assert None not in (alone.low, alone.high, together.low, together.high)
    assert alone.high - alone.low < together.high - together.low  # type: ignore[operator]
    assert measure_agreement([pair]).low is None


def test_who_always_says_the_same_one_thing_has_no_kappa() -> None:
    found = measure_agreement([[[3, 0], [0, 0]], [[4, 0], [0, 0]]])
    assert (found.observed, found.kappa, found.low, found.high) == (1.0, None, None, None)


def test_agreement_without_an_image_is_refused() -> None:
    with pytest.raises(ValueError, match="square tables"):
        measure_agreement([[[0, 0], [0, 0]]])
