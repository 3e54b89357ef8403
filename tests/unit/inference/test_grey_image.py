"""An image that is still a table shows what its pixels would."""

from typing import Any

import numpy as np
import pytest

from inference.grey_image import GreyImage, to_bytes


@pytest.mark.parametrize(("kind", "bits"), [(np.uint8, 7), (np.uint8, 8), (np.uint16, 12), (np.uint16, 16)])
def test_each_pixel_shows_the_entry_of_its_value_to_the_last_bit(kind: Any, bits: int) -> None:
    random = np.random.default_rng(bits)
    stored, table = random.integers(0, 2**bits, (200, 150)).astype(kind), random.random(2**bits, dtype=np.float32)
    image = GreyImage(stored[:, 3:90], table)
    assert np.array_equal(image.pixels(), table[stored[:, 3:90]])
    assert np.array_equal(image.bytes(), to_bytes(table[stored[:, 3:90]]))
    assert np.array_equal(image.thinned(4).pixels(), table[stored[:, 3:90]][::4, ::4])


def test_a_change_of_greys_changes_the_pixels_and_leaves_the_image_it_came_from() -> None:
    image = GreyImage(np.array([[0, 1], [2, 3]], dtype=np.uint16), np.array([0, 0.25, 0.5, 1], dtype=np.float32))
    assert image.through(lambda greys: 1 - greys).pixels().tolist() == [[1.0, 0.75], [0.5, 0.0]]
    assert image.pixels().tolist() == [[0.0, 0.25], [0.5, 1.0]]


def test_a_grey_becomes_the_nearest_byte_and_what_lies_outside_the_last_one() -> None:
    assert to_bytes(np.array([-0.5, 0.0, 0.5, 1.0, 1.5], dtype=np.float32)).tolist() == [0, 0, 128, 255, 255]


def test_a_stored_value_beyond_the_table_is_black() -> None:
    image = GreyImage(np.array([[0, 200]], dtype=np.uint8), np.ones(100, dtype=np.float32))
    assert image.pixels().tolist() == [[1.0, 0.0]]
