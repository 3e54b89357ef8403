from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import ConfigError
from inference.importing.images import MAX_IMAGES, draw_images, read_images


def test_drawn_images_are_in_range_and_differ() -> None:
    images = draw_images()
    assert len(images) == 8
    assert all(image.dtype == np.float32 and 0 <= image.min() < image.max() <= 1 for image in images)
    assert len({float(image.mean()) for image in images}) == len(images)


def test_a_folder_is_read_as_the_reader_does_and_what_is_no_radiograph_is_left_out(tmp_path: Path) -> None:
    for index in range(MAX_IMAGES + 1):
        cv2.imwrite(str(tmp_path / f"{index:02}.png"), np.linspace(0, 255, 6400).reshape(80, 80).astype(np.uint8))
    (tmp_path / "00-notes.txt").write_text("nothing")
    images = read_images(tmp_path)
    assert len(images) == MAX_IMAGES
    assert images[0].shape == (80, 80)


def test_a_folder_without_radiographs_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no radiograph there"):
        read_images(tmp_path)
