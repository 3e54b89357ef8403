import numpy as np
import pytest

from domain.image_measures import ImageMeasures
from inference.binning import bin_measures, bin_values, find_edges


def test_bins_hold_as_many_numbers_each_and_what_lies_beyond_has_its_own() -> None:
    found = bin_values("contrast", [number / 1000 for number in range(200)])
    assert (found.counts[0], found.counts[-1], sum(found.counts)) == (0, 0, 200)
    assert set(found.counts[1:-1]) <= {19, 20, 21}
    assert found.count([-0.5, 0.0, 0.1994, 0.7]) == (1, 1, *[0] * 8, 1, 1)


def test_a_matrix_that_nearly_all_images_have_is_alone_in_its_bin() -> None:
    found = bin_values("matrix_px", [2880.0] * 190 + [2304.0] * 10)
    assert found.count([2880.0]) != found.count([3000.0])
    assert found.count([1440.0]) != found.count([2304.0])
    assert found.median == 2880


def test_inverted_has_two_bins_whatever_there_is() -> None:
    assert bin_values("inverted", [0.0] * 50).counts == (50, 0)


def test_one_number_alone_makes_edges_on_both_of_its_sides() -> None:
    assert find_edges([5.0] * 50, 0) == (5, 6)


@pytest.mark.parametrize(("images", "measures"), [(39, set()), (40, {"contrast"})])
def test_few_images_make_no_distribution_and_neither_does_a_measure_that_few_have(
    images: int, measures: set[str]
) -> None:
    values = np.linspace(0, 1, images).round(3).tolist()
    assert set(bin_measures([ImageMeasures(contrast=each) for each in values])) == measures
