"""Map targets, and the order in which images are drawn."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

import numpy as np  # noqa: E402

from inference.training.batches import box_map, training_batches  # noqa: E402
from inference.training.fracatlas import Example  # noqa: E402
from inference.training.recipes import FRACTURE  # noqa: E402
from inference.training.train import draw_order  # noqa: E402


def example(*, fractured: bool) -> Example:
    return Example("e", np.full((64, 64), 128, np.uint8), fractured, (), (True, False, False, False))


def test_a_box_fills_the_cells_it_covers() -> None:
    target = box_map([(0.25, 0.5, 0.5, 0.75)], 4)
    expected = np.zeros((4, 4), np.float32)
    expected[2, 1] = 1.0
    assert np.array_equal(target, expected)


def test_a_box_smaller_than_a_cell_still_has_one() -> None:
    assert box_map([(0.51, 0.26, 0.52, 0.27)], 4)[1, 2] == 1.0


def test_half_covered_cells_are_half_wanted() -> None:
    target = box_map([(0.0, 0.0, 0.375, 0.25)], 4)
    assert target[0, 1] == pytest.approx(0.5)


def test_an_epoch_has_the_share_of_fractures_that_the_recipe_names() -> None:
    examples = [example(fractured=index % 6 == 0) for index in range(600)]
    order = draw_order(examples, FRACTURE, 0)
    share = np.mean([examples[index].fractured for index in order])
    assert len(order) == FRACTURE.images_per_epoch
    assert share == pytest.approx(FRACTURE.positives_share, abs=0.01)


def test_batches_cover_the_order_once() -> None:
    examples = [example(fractured=index % 2 == 0) for index in range(10)]
    batches = list(training_batches(examples, list(range(10)), side_px=32, size=4, ranges=FRACTURE.ranges, seed=1))
    assert [len(batch.images) for batch in batches] == [4, 4, 2]
    labels = torch.cat([batch.fractured for batch in batches])[:, 0].tolist()
    assert labels == [1.0, 0.0] * 5
