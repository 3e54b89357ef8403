import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from inference.training.datasets.fracatlas import read_fracatlas
from inference.training.datasets.image_files import measure
from tests.fakes.dataset_trees import write_fracatlas, write_fracatlas_manifest


@pytest.mark.parametrize("given", ["", "FracAtlas"])
def test_the_authors_layout_is_read_from_its_folder_and_the_one_above(given: str, tmp_path: Path) -> None:
    write_fracatlas(tmp_path)
    images = read_fracatlas(tmp_path / given)
    assert Counter(image.abnormal for image in images) == {True: 8, False: 8}
    assert Counter(image.regions for image in images) == {(name,): 4 for name in ("hand", "leg", "hip", "shoulder")}
    assert {image.path.parent.name for image in images if image.abnormal} == {"Fractured"}


def test_the_authors_split_the_fractured_images_alone(tmp_path: Path) -> None:
    images = read_fracatlas(write_fracatlas(tmp_path))
    assert Counter(image.split for image in images if image.abnormal) == {"train": 3, "valid": 3, "test": 2}
    assert {image.split for image in images if not image.abnormal} == {None}


def test_both_kinds_of_annotation_give_the_same_boxes(tmp_path: Path) -> None:
    coco = read_fracatlas(write_fracatlas(tmp_path / "a", annotations="COCO JSON"))
    voc = read_fracatlas(write_fracatlas(tmp_path / "b", annotations="PASCAL VOC"))
    assert [image.boxes for image in coco] == [image.boxes for image in voc]
    assert {len(image.boxes) for image in coco if image.abnormal} == {1}
    assert {len(image.boxes) for image in coco if not image.abnormal} == {0}


def test_an_image_with_two_breaks_has_two_boxes(tmp_path: Path) -> None:
    root = write_fracatlas(tmp_path)
    path = root / "Annotations" / "COCO JSON" / "COCO_fracture_masks.json"
    content = json.loads(path.read_text())
    content["annotations"].append({"id": 99, "image_id": 0, "bbox": [1, 2, 3, 4]})
    path.write_text(json.dumps(content))
    box = read_fracatlas(root)[0].boxes[1]
    assert (box.label, box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px) == ("fracture", 1, 2, 4, 6)


def test_an_image_of_several_regions_names_them_all(tmp_path: Path) -> None:
    root = write_fracatlas(tmp_path)
    table = root / "dataset.csv"
    table.write_text(table.read_text().replace("IMG0000000.jpg,1,0,0,0,", "IMG0000000.jpg,1,0,0,1,"))
    assert read_fracatlas(root)[0].regions == ("hand", "shoulder")


def test_annotations_that_hold_no_boxes_are_not_taken_for_no_fractures(tmp_path: Path) -> None:
    root = write_fracatlas(tmp_path)
    (root / "Annotations" / "COCO JSON").rename(root / "Annotations" / "YOLO")
    with pytest.raises(FileNotFoundError, match=r"neither COCO_fracture_masks\.json nor the folder PASCAL VOC"):
        read_fracatlas(root)


@pytest.mark.parametrize("given", ["", "fracatlas"])
def test_the_layout_with_a_manifest_is_read_as_well(given: str, tmp_path: Path) -> None:
    write_fracatlas_manifest(tmp_path)
    images = read_fracatlas(tmp_path / given)
    assert Counter(image.split for image in images) == {"train": 12, "val": 4}
    assert Counter(image.abnormal for image in images) == {True: 8, False: 8}


def test_both_layouts_give_the_same_boxes_in_pixels(tmp_path: Path) -> None:
    published = {image.path.name: image for image in read_fracatlas(write_fracatlas(tmp_path))}
    for image in read_fracatlas(write_fracatlas_manifest(tmp_path)):
        for ours, theirs in zip(image.boxes, published[image.path.name].boxes, strict=True):
            assert ours.x_min_px == pytest.approx(theirs.x_min_px, abs=1e-3)
            assert ours.y_max_px == pytest.approx(theirs.y_max_px, abs=1e-3)


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    root = write_fracatlas(tmp_path)
    shutil.rmtree(root / "images" / "Non_fractured")
    (root / "images" / "Non_fractured").mkdir()
    with pytest.raises(FileNotFoundError, match="names 8 images that are not there"):
        read_fracatlas(root)


def test_a_folder_of_something_else_is_shown_both_layouts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"(?s)hold FracAtlas\..*22363012.*hold FracAtlas with a manifest"):
        read_fracatlas(tmp_path)


def test_the_real_images_carry_every_box_of_their_manifest_within_the_picture(shared_data: Path) -> None:
    folder = shared_data / "fracatlas"
    images = read_fracatlas(folder)
    with (folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    boxes = sum(len(json.loads(row["boxes_xyxy_norm"] or "[]")) for row in rows)
    assert (len(images), sum(len(image.boxes) for image in images)) == (len(rows), boxes)
    for image in images:
        rows_px, columns_px = measure(image.path) if image.boxes else (0, 0)
        assert all(box.x_max_px <= columns_px + 1 and box.y_max_px <= rows_px + 1 for box in image.boxes)
