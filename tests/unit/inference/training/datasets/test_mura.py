import shutil
from collections import Counter
from pathlib import Path

import pytest

from inference.training.datasets.mura import read_mura
from inference.training.datasets.pixels import read_grey
from tests.fakes.dataset_trees import write_mura


@pytest.mark.parametrize("given", ["", "MURA-v1.1"])
def test_the_folder_itself_and_the_one_above_it_are_read_alike(given: str, tmp_path: Path) -> None:
    write_mura(tmp_path)
    images = read_mura(tmp_path / given)
    # three regions, two images a study: six patients in train and three in valid
    assert Counter(image.split for image in images) == {"train": 36, "valid": 18}
    assert Counter(image.regions for image in images) == {("elbow",): 18, ("hand",): 18, ("shoulder",): 18}


def test_an_image_says_what_its_path_says(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    image = next(image for image in read_mura(tmp_path) if "XR_HAND/patient01002" in image.path.as_posix())
    assert image.path == root / "train/XR_HAND/patient01002/study1_positive/image1.png"
    assert (image.patient, image.study, image.split) == ("patient01002", "patient01002/hand/study1", "train")
    assert image.abnormal is True
    assert image.boxes == ()


def test_what_macos_leaves_beside_images_is_passed_over(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    assert list(root.rglob("._*.png"))
    assert all(read_grey(image.path).shape == (48, 36) for image in read_mura(root))


def test_the_folder_may_have_been_renamed(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    assert len(read_mura(root.rename(tmp_path / "train"))) == 54


def test_the_same_patient_in_two_regions_stays_one_patient(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    shutil.copytree(root / "train/XR_HAND/patient01002", root / "train/XR_ELBOW/patient01002")
    studies = {image.study for image in read_mura(root) if image.patient == "patient01002"}
    assert studies == {"patient01002/hand/study1", "patient01002/elbow/study1"}


def test_half_a_dataset_does_not_pass_for_the_whole(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    shutil.rmtree(root / "train" / "XR_HAND" / "patient01002")
    with pytest.raises(FileNotFoundError, match=r"names 2 images that are not there, the first is train/XR_HAND/patie"):
        read_mura(root)
    (root / "train_image_paths.csv").unlink()
    assert len(read_mura(root)) == 52


def test_a_table_that_contradicts_the_folders_is_refused(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    table = root / "valid_labeled_studies.csv"
    table.write_text(table.read_text().replace("positive/,1", "positive/,0", 1))
    with pytest.raises(ValueError, match=r"disagree on its label"):
        read_mura(root)


def test_a_study_whose_name_has_no_label_is_refused(tmp_path: Path) -> None:
    root = write_mura(tmp_path)
    study = root / "train/XR_HAND/patient01002/study1_positive"
    study.rename(study.with_name("study1"))
    with pytest.raises(ValueError, match="is not named study<number>_positive"):
        read_mura(root)


def test_a_folder_of_something_else_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"(?s)does not hold MURA.*missing in .*: train, valid.*Stanford AIMI"):
        read_mura(tmp_path)


def test_empty_folders_are_no_dataset(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        (tmp_path / split).mkdir()
    with pytest.raises(FileNotFoundError, match="no image in them"):
        read_mura(tmp_path)
