from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from inference.training.datasets.pixels import read_grey
from inference.training.datasets.spinexr import LESIONS, read_spinexr
from tests.fakes.dataset_trees import write_spinexr


@pytest.mark.parametrize("given", ["", "vindr-spinexr"])
def test_the_folder_itself_and_the_one_above_it_are_read_alike(given: str, tmp_path: Path) -> None:
    write_spinexr(tmp_path)
    images = read_spinexr(tmp_path / given)
    assert Counter(image.split for image in images) == {"train": 16, "test": 8}
    assert {image.path.suffix for image in images} == {".dicom"}


def test_an_image_with_several_rows_is_one_image_with_several_boxes(tmp_path: Path) -> None:
    write_spinexr(tmp_path)
    image = read_spinexr(tmp_path)[0]
    assert [box.label for box in image.boxes] == ["Disc space narrowing", "Osteophytes"]
    assert (image.abnormal, image.regions) == (True, ("spine",))
    assert image.patient == image.study == "train-study-0"


def test_no_finding_is_no_lesion(tmp_path: Path) -> None:
    write_spinexr(tmp_path)
    normal = [image for image in read_spinexr(tmp_path) if not image.abnormal]
    assert len(normal) == 12
    assert all(image.boxes == () and image.abnormal is False for image in normal)


def test_inverted_files_are_shown_like_the_others(tmp_path: Path) -> None:
    write_spinexr(tmp_path)
    images = read_spinexr(tmp_path)
    inverted = {dcmread(image.path).PhotometricInterpretation == "MONOCHROME1" for image in images}
    assert inverted == {True, False}
    # The drawn spine is brighter than what lies around it: the upper margin.
    assert all(np.median(read_grey(image.path)[:3]) < read_grey(image.path).mean() for image in images)


def test_a_box_without_area_is_dropped_and_the_lesion_stays(tmp_path: Path) -> None:
    root = write_spinexr(tmp_path)
    table = root / "annotations" / "train.csv"
    header, first, *rest = table.read_text().splitlines()
    start = first.split(",Disc space narrowing,")[0]
    table.write_text("\n".join([header, f"{start},Osteophytes,5,5,5,9", *rest[1:]]))
    image = read_spinexr(root)[0]
    assert (image.abnormal, image.boxes) == (True, ())


def test_a_lesion_that_the_authors_do_not_have_is_refused(tmp_path: Path) -> None:
    root = write_spinexr(tmp_path)
    table = root / "annotations" / "test.csv"
    table.write_text(table.read_text().replace("Osteophytes", "Osteophyte"))
    with pytest.raises(ValueError, match=r"test\.csv names lesions that are none of the seven: Osteophyte"):
        read_spinexr(root)


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    root = write_spinexr(tmp_path)
    next((root / "test_images").iterdir()).unlink()
    with pytest.raises(FileNotFoundError, match=r"test\.csv names 1 images that are not there"):
        read_spinexr(root)


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    root = write_spinexr(tmp_path)
    table = root / "annotations" / "train.csv"
    table.write_text(table.read_text().replace("study_id,", "study,"))
    with pytest.raises(ValueError, match="lacks the column study_id"):
        read_spinexr(root)


def test_there_are_seven_lesions() -> None:
    assert len(set(LESIONS)) == 7


def test_a_folder_of_something_else_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"(?s)does not hold VinDr-SpineXR.*10\.13026/q45h-5h59"):
        read_spinexr(tmp_path)
