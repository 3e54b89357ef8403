"""What an epoch is made of."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra `models`")

from inference.training.families.batches import Batches, Examples, draw_balanced
from tests.fakes.tiny_runs import tiny

RECIPE = tiny("vgg16-cnn", "fracatlas")
SIDE_PX = RECIPE.side_px
LABELS = (np.arange(60) % 6 == 0).astype(np.float32)[:, None]


def test_an_epoch_in_balance_has_all_of_the_rarer_class_and_as_many_others() -> None:
    drawn = draw_balanced(LABELS, np.random.default_rng(0))
    assert sorted(drawn[LABELS[drawn, 0] > 0]) == list(range(0, 60, 6))
    assert len(set(drawn.tolist())) == len(drawn) == 20


def test_each_epoch_in_balance_draws_other_images_of_the_frequent_class() -> None:
    rng = np.random.default_rng(0)
    first, second = (set(draw_balanced(LABELS, rng).tolist()) for _ in range(2))
    assert first != second


def test_of_several_labels_the_last_is_the_one_that_is_balanced() -> None:
    regions = np.ones((60, 1), dtype=np.float32)
    assert len(draw_balanced(np.hstack([regions, LABELS]), np.random.default_rng(0))) == 20


def test_of_regions_an_epoch_in_balance_has_as_many_of_each_as_the_rarest_has() -> None:
    regions = np.eye(3, dtype=np.float32)[np.repeat([0, 1, 2], (30, 20, 7))]
    drawn = draw_balanced(regions, np.random.default_rng(0))
    assert regions[drawn].sum(axis=0).tolist() == [7, 7, 7]


def test_labels_stay_with_their_images_whatever_is_drawn() -> None:
    canvases = np.zeros((60, SIDE_PX, SIDE_PX), dtype=np.uint8)
    canvases[LABELS[:, 0] > 0] = 255
    examples = Examples(canvases, np.arange(60), LABELS)
    batches = Batches(examples, RECIPE, np.ones(60, dtype=np.float32), choose=draw_balanced)
    seen = [batches[index] for index in range(len(batches))]
    for pixels, labels, _ in seen:
        bright = pixels.reshape(len(pixels), -1).mean(axis=1) > 0
        np.testing.assert_array_equal(bright, labels[:, 0] > 0)
    assert sum(len(labels) for _, labels, _ in seen) == 20


def test_a_short_epoch_takes_other_images_the_next_time() -> None:
    canvases = np.arange(60, dtype=np.uint8)[:, None, None] * np.ones((1, SIDE_PX, SIDE_PX), dtype=np.uint8)
    examples = Examples(canvases, np.arange(60), LABELS)
    batches = Batches(examples, RECIPE, np.ones(60, dtype=np.float32), most=9)
    first = sorted(batches[0][0].reshape(9, -1).mean(axis=1))
    batches.on_epoch_end()
    assert len(batches) == 1
    assert first != sorted(batches[0][0].reshape(9, -1).mean(axis=1))
