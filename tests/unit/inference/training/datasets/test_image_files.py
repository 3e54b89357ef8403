from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.training.datasets.image_files import list_images, measure, require_images


def test_images_come_in_the_order_of_their_names_without_debris(tmp_path: Path) -> None:
    for name in ("b.png", "a.PNG", "._a.png", "Thumbs.db", "c.jpg"):
        (tmp_path / name).touch()
    assert [path.name for path in list_images(tmp_path, (".png",))] == ["a.PNG", "b.png"]


def test_a_folder_that_is_not_there_has_no_images(tmp_path: Path) -> None:
    assert list_images(tmp_path / "nowhere", (".png",)) == []


@pytest.mark.parametrize(("orientation", "size"), [(1, (30, 20)), (3, (30, 20)), (6, (20, 30)), (8, (20, 30))])
def test_a_size_is_rows_and_columns_as_shown(orientation: int, size: tuple[int, int], tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.zeros((30, 20), np.uint8)).save(tmp_path / "a.jpg", exif=exif)
    assert measure(tmp_path / "a.jpg") == size


@pytest.mark.parametrize("content", [None, b"no image"])
def test_what_is_no_image_has_no_size(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ValueError, match="missing or no image"):
        measure(tmp_path / "a.png")


def test_missing_images_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    (tmp_path / "there.png").touch()
    paths = [tmp_path / name for name in ("there.png", "gone1.png", "gone2.png")]
    with pytest.raises(FileNotFoundError, match=r"list\.csv names 2 images that are not there, the first is .*gone1"):
        require_images(paths, tmp_path / "list.csv")


def test_as_many_images_as_are_tolerated_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "there.png").touch()
    paths = [tmp_path / "there.png", tmp_path / "gone.png"]
    assert require_images(paths, tmp_path / "list.csv", tolerated_share=0.5) == {tmp_path / "there.png"}
    with pytest.raises(FileNotFoundError):
        require_images(paths, tmp_path / "list.csv", tolerated_share=0.49)
