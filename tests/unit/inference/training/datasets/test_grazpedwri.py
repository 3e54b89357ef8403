from pathlib import Path

import pytest

from inference.training.datasets.grazpedwri import CLASSES, keep_ages, read_grazpedwri
from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.pixels import read_grey
from tests.fakes.dataset_trees import write_grazpedwri


@pytest.mark.parametrize("given", ["", "GRAZPEDWRI-DX"])
def test_the_folder_itself_and_the_one_above_it_are_read_alike(given: str, tmp_path: Path) -> None:
    write_grazpedwri(tmp_path)
    images = read_grazpedwri(tmp_path / given)
    assert len(images) == 16
    assert len({image.patient for image in images}) == 8
    assert len({image.path.parent.name for image in images}) == 4
    assert {image.split for image in images} == {None}


def test_an_image_says_what_the_table_and_its_label_file_say(tmp_path: Path) -> None:
    write_grazpedwri(tmp_path)
    image = read_grazpedwri(tmp_path)[0]
    assert (image.patient, image.study, image.regions) == ("1", "1/1", ("wrist",))
    assert (image.abnormal, image.age_years) == (True, 3.5)
    assert [box.label for box in image.boxes] == ["text", "fracture", "periostealreaction"]


def test_the_box_of_a_fracture_lies_on_the_dark_gap(tmp_path: Path) -> None:
    write_grazpedwri(tmp_path)
    for image in read_grazpedwri(tmp_path):
        display = read_grey(image.path)
        for box in (box for box in image.boxes if box.label == "fracture"):
            x = round((box.x_min_px + box.x_max_px) / 2)
            gap = display[round(box.y_min_px) + 1 : round(box.y_max_px) - 1, x]
            assert gap.max() < 0.1 < display[round(box.y_min_px) - 2, x]


def test_an_image_without_a_label_file_has_no_box(tmp_path: Path) -> None:
    root = write_grazpedwri(tmp_path)
    image = read_grazpedwri(root)[0]
    (root / "folder_structure/yolov5/labels" / f"{image.path.stem}.txt").unlink()
    assert read_grazpedwri(root)[0].boxes == ()


def test_an_age_that_nobody_wrote_down_is_none(tmp_path: Path) -> None:
    root = write_grazpedwri(tmp_path)
    table = root / "dataset.csv"
    table.write_text(table.read_text().replace(",3.5,", ",,"))
    assert read_grazpedwri(root)[0].age_years is None


def test_classes_in_another_order_are_refused(tmp_path: Path) -> None:
    root = write_grazpedwri(tmp_path)
    meta = root / "folder_structure/yolov5/meta.yaml"
    meta.write_text(f"names: {list(CLASSES)}\n")
    assert read_grazpedwri(root)
    meta.write_text(f"names: {list(reversed(CLASSES))}\n")
    with pytest.raises(ValueError, match="in another order"):
        read_grazpedwri(root)


def test_a_label_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    root = write_grazpedwri(tmp_path)
    labels = next((root / "folder_structure/yolov5/labels").glob("0001_*.txt"))
    labels.write_text("3 0.5 0.5\n")
    with pytest.raises(ValueError, match=f"{labels.name} is no label file in YOLO's format of 9 classes"):
        read_grazpedwri(root)


def test_an_archive_that_was_not_unpacked_is_noticed(tmp_path: Path) -> None:
    root = write_grazpedwri(tmp_path)
    (root / "images_part2").rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match="names 4 images that are not there"):
        read_grazpedwri(root)


def test_a_folder_of_something_else_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"(?s)does not hold GRAZPEDWRI-DX.*figshare\.14825193"):
        read_grazpedwri(tmp_path)


def test_both_ends_of_an_age_range_are_kept_and_the_unknown_left_out() -> None:
    images = [LabelledImage(Path(f"{age}.png"), "p", "s", age_years=age) for age in (3.9, 4.0, 10.0, 10.1, None)]
    assert [image.age_years for image in keep_ages(images, 4, 10)] == [4.0, 10.0]


def test_an_age_range_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="no age is from 10 to 4"):
        keep_ages([], 10, 4)
