from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inference.training.datasets.image_files import measure
from inference.training.datasets.labelled import LabelledBox, LabelledImage, Splits
from inference.training.datasets.pixels import read_grey
from inference.training.datasets.registry import BOX_CLASSES, READERS
from inference.training.datasets.splits import split_by_patient
from inference.training.datasets.yolo_layout import write_yolo
from inference.training.datasets.yolo_lines import read_boxes
from tests.fakes.dataset_trees import write_fracatlas, write_grazpedwri, write_spinexr

WRITERS: dict[str, Callable[[Path], Path]] = {
    "grazpedwri": write_grazpedwri,
    "spinexr": write_spinexr,
    "fracatlas": write_fracatlas,
}


def read_splits(name: str, folder: Path) -> Splits:
    WRITERS[name](folder)
    return split_by_patient(READERS[name](folder))


@pytest.mark.parametrize("name", WRITERS)
def test_every_image_and_box_comes_back_from_what_was_written(name: str, tmp_path: Path) -> None:
    splits = read_splits(name, tmp_path / "source")
    root = write_yolo(splits, BOX_CLASSES[name], tmp_path / "yolo").parent
    for part, images in {"train": splits.training, "val": splits.validation, "test": splits.test}.items():
        written = {path.stem: path for path in (root / "images" / part).iterdir()}
        assert set(written) == {image.path.stem for image in images}
        for image in images:
            labels = root / "labels" / part / f"{image.path.stem}.txt"
            boxes = read_boxes(labels, BOX_CLASSES[name], *measure(written[image.path.stem]))
            assert [box.label for box in boxes] == [box.label for box in image.boxes]
            for box, expected in zip(boxes, image.boxes, strict=True):
                assert box.x_min_px == pytest.approx(expected.x_min_px, abs=1e-4)
                assert box.y_max_px == pytest.approx(expected.y_max_px, abs=1e-4)


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_eight_bits_as_the_node_would_show_it(name: str, tmp_path: Path) -> None:
    splits = read_splits(name, tmp_path / "source")
    root = write_yolo(splits, BOX_CLASSES[name], tmp_path / "yolo").parent
    for image in splits.training:
        path = next((root / "images" / "train").glob(f"{image.path.stem}.*"))
        shown = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert shown is not None
        assert shown.dtype == np.uint8
        assert shown.shape == measure(path)
        assert np.abs(shown / 255 - read_grey(image.path)).max() < 0.01


def test_pictures_of_eight_bits_are_linked_and_others_written(tmp_path: Path) -> None:
    jpegs = write_yolo(read_splits("fracatlas", tmp_path / "a"), ("fracture",), tmp_path / "yolo-a").parent
    deep = write_yolo(read_splits("grazpedwri", tmp_path / "b"), ("fracture",), tmp_path / "yolo-b").parent
    assert all(path.is_symlink() for path in (jpegs / "images" / "train").iterdir())
    assert not any(path.is_symlink() for path in (deep / "images" / "train").iterdir())


def test_a_planted_corner_is_found_again_in_the_written_picture(tmp_path: Path) -> None:
    pixels = np.full((40, 90), 1000, np.uint16)
    pixels[3:8, 70:85] = 60_000
    Image.fromarray(pixels).save(tmp_path / "a.png")
    Image.fromarray(pixels[::-1].copy()).save(tmp_path / "b.png")
    image = LabelledImage(tmp_path / "a.png", "a", "a", boxes=(LabelledBox("metal", 70, 3, 85, 8),))
    other = LabelledImage(tmp_path / "b.png", "b", "b")
    root = write_yolo(Splits((image,), (other,), ()), ("text", "metal"), tmp_path / "yolo").parent
    number, x, y, width, height = map(float, (root / "labels" / "train" / "a.txt").read_text().split())
    shown = cv2.imread(str(root / "images" / "train" / "a.png"), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    assert number == 1
    assert cv2.boundingRect((shown > 128).astype(np.uint8)) == pytest.approx(
        ((x - width / 2) * 90, (y - height / 2) * 40, width * 90, height * 40), abs=1e-6
    )
    assert (root / "labels" / "val" / "b.txt").read_text() == ""


def test_images_that_share_a_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    splits = read_splits("fracatlas", tmp_path / "source")
    images = []
    for number, image in enumerate(splits.training):
        path = tmp_path / str(number) / "image1.jpg"
        path.parent.mkdir()
        images.append(replace(image, path=image.path.rename(path)))
    root = write_yolo(replace(splits, training=tuple(images)), ("fracture",), tmp_path / "yolo").parent
    assert len(list((root / "images" / "train").iterdir())) == len(images)
    boxes = sum(len(path.read_text().splitlines()) for path in (root / "labels" / "train").iterdir())
    assert boxes == sum(len(image.boxes) for image in images)


def test_boxes_of_other_classes_are_left_out(tmp_path: Path) -> None:
    root = write_yolo(read_splits("grazpedwri", tmp_path / "source"), ("fracture",), tmp_path / "yolo").parent
    lines = [line for path in (root / "labels" / "train").iterdir() for line in path.read_text().splitlines()]
    assert lines
    assert {line.split()[0] for line in lines} == {"0"}


def test_the_description_names_folders_and_classes(tmp_path: Path) -> None:
    path = write_yolo(read_splits("spinexr", tmp_path / "source"), BOX_CLASSES["spinexr"], tmp_path / 'yolo "1"')
    lines = path.read_text().splitlines()
    assert lines[1:5] == [
        f'path: "{tmp_path}/yolo \\"1\\""',
        "train: images/train",
        "val: images/val",
        "test: images/test",
    ]
    assert lines[5:7] == ["names:", '  0: "Disc space narrowing"']
    assert len(lines) == 13


def test_writing_again_leaves_nothing_of_the_first_time(tmp_path: Path) -> None:
    splits = read_splits("fracatlas", tmp_path / "source")
    write_yolo(splits, ("fracture",), tmp_path / "yolo")
    swapped = Splits(splits.training[:-1], splits.validation, (*splits.test, splits.training[-1]))
    root = write_yolo(swapped, ("fracture",), tmp_path / "yolo").parent
    moved = splits.training[-1].path.name
    assert [path.parent.name for path in root.rglob(moved)] == ["test"]
    assert splits.training[0].path.is_file()


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(FileExistsError, match="holds other files"):
        write_yolo(read_splits("fracatlas", tmp_path / "source"), ("fracture",), tmp_path)
    assert (tmp_path / "holiday.jpg").exists()


def test_an_empty_part_and_a_misspelt_class_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    splits = read_splits("fracatlas", tmp_path / "source")
    with pytest.raises(ValueError, match="one of the two parts is empty"):
        write_yolo(replace(splits, validation=()), ("fracture",), tmp_path / "yolo")
    with pytest.raises(ValueError, match=r"classes fractures; there are \['fracture'\]"):
        write_yolo(splits, ("fractures",), tmp_path / "yolo")
    assert not (tmp_path / "yolo").exists()


def test_every_image_is_counted_once(tmp_path: Path) -> None:
    seen: list[int] = []
    write_yolo(
        read_splits("fracatlas", tmp_path / "a"), ("fracture",), tmp_path / "yolo", on_image=lambda: seen.append(1)
    )
    assert len(seen) == 16
