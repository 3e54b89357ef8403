import shutil
from collections import Counter
from pathlib import Path

import pytest

from inference.training.datasets.lera import read_lera
from tests.fakes.dataset_trees import write_lera


def rewrite(root: Path, old: str, new: str) -> None:
    table = root / "labels.csv"
    assert old in table.read_text()
    table.write_text(table.read_text().replace(old, new))


@pytest.mark.parametrize("given", ["", "LERA"])
def test_the_folder_itself_and_the_one_above_it_are_read_alike(given: str, tmp_path: Path) -> None:
    write_lera(tmp_path)
    images = read_lera(tmp_path / given)
    assert Counter(image.regions for image in images) == {(name,): 4 for name in ("ankle", "foot", "hip", "knee")}
    assert {image.patient for image in images if image.abnormal} == {"3", "6"}
    assert {image.split for image in images} == {None}


def test_an_image_says_what_the_table_says(tmp_path: Path) -> None:
    root = write_lera(tmp_path)
    image = read_lera(root)[4]
    assert (image.path, image.patient, image.study) == (root / "3/ST-1/image1.png", "3", "3/ST-1")
    assert (image.regions, image.abnormal) == (("knee",), True)


def test_padded_folders_a_header_and_words_for_labels_make_no_difference(tmp_path: Path) -> None:
    root = write_lera(tmp_path)
    before = [(image.patient, image.regions, image.abnormal) for image in read_lera(root)]
    for number in range(1, 9):
        (root / str(number)).rename(root / f"{number:04d}")
    text = (root / "labels.csv").read_text().replace(",0\n", ",normal\n").replace(",1\n", ",Abnormal\n")
    (root / "labels.csv").write_text("patient,type,label\n" + text)
    assert [(image.patient, image.regions, image.abnormal) for image in read_lera(root)] == before


def test_every_study_of_a_patient_is_read(tmp_path: Path) -> None:
    root = write_lera(tmp_path)
    shutil.copytree(root / "3" / "ST-1", root / "3" / "ST-2")
    assert Counter(image.study for image in read_lera(root) if image.patient == "3") == {"3/ST-1": 2, "3/ST-2": 2}


def test_a_patient_without_images_is_named(tmp_path: Path) -> None:
    root = write_lera(tmp_path)
    shutil.rmtree(root / "3")
    with pytest.raises(FileNotFoundError, match=r"labels\.csv names 3, but there is no image in 3/ST-1"):
        read_lera(root)


def test_an_unknown_region_or_label_is_refused(tmp_path: Path) -> None:
    root = write_lera(tmp_path)
    rewrite(root, "3,XR KNEE,1", "3,XR KNEE,maybe")
    with pytest.raises(ValueError, match="label 'maybe'; expected one of 0, 1, normal"):
        read_lera(root)
    rewrite(root, "3,XR KNEE,maybe", "3,XR SPINE,1")
    with pytest.raises(ValueError, match="region 'XR SPINE'; LERA has XR ANKLE"):
        read_lera(root)


def test_a_folder_of_something_else_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"(?s)does not hold LERA.*labels\.csv.*s42256-019-0126-0"):
        read_lera(tmp_path)
