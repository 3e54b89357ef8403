from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import ModelUnavailable
from inference.explain.segments import Segments, cut, hide, separate
from inference.preprocess import letterbox, stretch_to_square

QUARTERS = np.array([[0, 1], [2, 3]], dtype=np.int16)


def _segments(rows: int, columns: int) -> Segments:
    return Segments(QUARTERS, (rows, columns), 0.0, None)


def test_hidden_parts_have_the_grey_of_the_background_and_the_others_stay() -> None:
    picture = np.array([[0.1, 0.2], [0.3, 0.4]], dtype=np.float32)
    kept = np.array([[True, True, True, True], [False, True, True, False]])
    found = hide(picture, QUARTERS, kept, 0.05)
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(picture)
    assert found[1] == pytest.approx(np.array([[0.05, 0.2], [0.3, 0.05]]))


def test_the_black_around_the_image_is_never_hidden() -> None:
    picture, labels = np.full((1, 3), 0.5, np.float32), np.array([[-1, 0, -1]], dtype=np.int16)
    assert hide(picture, labels, np.array([[False]]), 0.0)[0].tolist() == [[0.5, 0.0, 0.5]]


def test_labels_at_full_size_keep_their_place() -> None:
    full = _segments(5, 9).on_image()
    assert full.shape == (5, 9)
    assert [int(full[at]) for at in ((0, 0), (0, 8), (4, 0), (4, 8))] == [0, 1, 2, 3]


@pytest.mark.parametrize("fit", [letterbox, stretch_to_square])
@settings(deadline=None)
@given(rows=st.integers(20, 900), columns=st.integers(20, 900))
def test_a_part_lies_on_the_canvas_where_the_image_does(fit: Any, rows: int, columns: int) -> None:
    _, geometry = fit(np.zeros((rows, columns), np.float32), 64)
    labels = _segments(rows, columns).on_canvas(geometry, 64)
    x, y = geometry.to_stored(np.arange(64) + 0.5, np.arange(64) + 0.5)
    expected = np.asarray((y >= rows / 2) * 2)[:, None] + np.asarray(x >= columns / 2)[None, :]
    off = np.asarray((y < 0) | (y > rows))[:, None] | np.asarray((x < 0) | (x > columns))[None, :]
    # On a pixel through which an edge runs either side will do.
    near = np.asarray(np.abs(y - rows / 2) <= 1 / geometry.scale_y)[:, None]
    near = near | np.asarray(np.abs(x - columns / 2) <= 1 / geometry.scale_x)[None, :]
    assert ((labels == -1) == off).all()
    assert ((labels == expected) | off | near).all()
    assert near.mean() < 0.1


def test_pieces_that_lie_apart_become_parts_of_their_own_and_specks_lie_outside() -> None:
    found = np.zeros((60, 80), dtype=np.int64)
    found[5:25, 5:25] = 1
    found[5:25, 25:40] = 2
    found[40:50, 60:70] = 1  # an island with the label of a part far away
    found[30, 75] = 2  # a speck
    parts = separate(found)
    assert [int(parts[at]) for at in ((0, 0), (30, 75))] == [0, 0]
    assert len({int(parts[10, 10]), int(parts[10, 30]), int(parts[45, 65])} - {0}) == 3
    assert sorted(np.unique(parts)) == [0, 1, 2, 3]
    assert [(parts == parts[at]).sum() for at in ((10, 10), (10, 30), (45, 65))] == [400, 300, 100]


@pytest.mark.skipif(find_spec("lime") is not None, reason="lime is installed here")
def test_without_the_package_lime_the_message_says_how_to_get_it() -> None:
    with pytest.raises(ModelUnavailable, match=r"lime.*make models"):
        cut(np.zeros((20, 30), np.float32))
