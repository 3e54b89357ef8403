from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dicom_node.console.readable.pictures import PictureCache, draw_image
from domain.finding import Box, FractureState

BOX = Box("fracture", 0.9, 1600, 400, 1800, 1200)


@pytest.fixture
def display(tmp_path: Path) -> Path:
    """Dark, with a bright mark at its upper left; half as large as the stored image of 2000 rows and columns."""
    grey = np.full((1000, 1000), 20, np.uint8)
    grey[50:150, 50:150] = 250
    Image.fromarray(grey).save(tmp_path / "display.png")
    return tmp_path / "display.png"


def pixels(picture: bytes) -> np.ndarray:
    with Image.open(BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB"), dtype=int)


def test_a_picture_is_neither_turned_nor_mirrored_nor_inverted(display: Path) -> None:
    shown = pixels(draw_image(display, (), FractureState.ABSENT, 2000, 2000, 500))
    assert shown.shape == (500, 500, 3)
    assert shown[50, 50].min() > 230
    assert all(shown[row, column].max() < 40 for row, column in ((50, 450), (450, 50), (450, 450)))


@pytest.mark.parametrize("state", [FractureState.PRESENT, FractureState.DOUBT])
def test_a_box_stands_around_its_place_in_the_stored_image(state: FractureState, display: Path) -> None:
    shown = pixels(draw_image(display, [BOX], state, 2000, 2000, 500))
    coloured = np.argwhere(shown.max(axis=2) - shown.min(axis=2) > 60)
    top, left = coloured.min(axis=0)
    bottom, right = coloured.max(axis=0)
    assert (top, left, bottom, right) == pytest.approx((100, 400, 300, 450), abs=6)
    assert not (shown[110:290, 410:440].max(axis=2) - shown[110:290, 410:440].min(axis=2) > 30).any()  # its inside


def test_a_picture_that_claims_to_be_enormous_is_not_drawn(tmp_path: Path) -> None:
    Image.new("1", (9000, 9000)).save(tmp_path / "bomb.png")
    with pytest.raises(ValueError, match="too large"):
        draw_image(tmp_path / "bomb.png", (), FractureState.ABSENT, 1, 1, 500)


def test_a_picture_is_drawn_once_and_old_ones_make_room() -> None:
    drawn: list[str] = []

    def draw(name: str) -> bytes:
        drawn.append(name)
        return b"x" * 40

    cache = PictureCache(most_bytes=100)
    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get((name,), lambda name=name: draw(name))  # type: ignore[misc]
    assert drawn == ["a", "b", "c", "b"]  # b was the one that nobody had asked for lately
