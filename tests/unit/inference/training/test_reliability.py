import numpy as np
import pytest

from inference.training.reliability import reliability, wilson


def test_bins_have_as_many_images_each_in_the_order_of_what_was_said() -> None:
    said = np.array([0.9, 0.1, 0.5, 0.2, 0.8, 0.4])
    rows = reliability(said, said > 0.45, bins=3)
    assert [row["images"] for row in rows] == [2, 2, 2]
    assert [row["said"] for row in rows] == [0.15, 0.45, 0.85]
    assert [row["fractured"] for row in rows] == [0.0, 0.5, 1.0]


def test_there_are_no_more_bins_than_images() -> None:
    assert len(reliability(np.array([0.3]), np.array([True]))) == 1


@pytest.mark.parametrize(
    ("share", "images", "interval"), [(0.0, 10, (0.0, 0.2775)), (0.5, 100, (0.4038, 0.5962)), (1.0, 10, (0.7225, 1.0))]
)
def test_the_interval_of_a_share_is_that_of_wilson(share: float, images: int, interval: tuple[float, float]) -> None:
    assert wilson(share, images) == pytest.approx(interval, abs=1e-4)
