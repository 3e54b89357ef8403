import shutil
from collections import Counter
from pathlib import Path

import pytest

from inference.training.datasets.bone_break import TYPES, read_bone_break
from inference.training.datasets.splits import take_published
from tests.fakes.dataset_trees import write_bone_break

FOLDER = "Bone Break Classification"


@pytest.mark.parametrize("given", ["", FOLDER])
def test_the_folder_itself_and_the_one_above_it_are_read_alike(given: str, tmp_path: Path) -> None:
    write_bone_break(tmp_path)
    images = read_bone_break(tmp_path / given)
    assert Counter(image.fracture_type for image in images) == dict.fromkeys(TYPES, 7)
    assert Counter(image.split for image in images) == {"train": 60, "test": 10}
    assert all(image.abnormal for image in images)


def test_a_folder_within_a_folder_of_the_same_name_is_found(tmp_path: Path) -> None:
    write_bone_break(tmp_path / FOLDER)
    assert len(read_bone_break(tmp_path)) == 70


def test_copies_of_one_picture_are_one_patient_within_their_type(tmp_path: Path) -> None:
    images = read_bone_break(write_bone_break(tmp_path))
    patients = Counter(image.patient for image in images)
    assert patients["spiral fracture/images0_jpg"] == 2
    assert len(patients) == 40


def test_a_copy_of_a_test_picture_is_kept_out_of_training(tmp_path: Path) -> None:
    root = write_bone_break(tmp_path)
    test = next((root / "Spiral Fracture" / "Test").iterdir())
    shutil.copy(test, root / "Spiral Fracture" / "Train" / "images3_jpg.rf.ffff.jpg")
    splits = take_published(read_bone_break(root))
    assert "images3_jpg.rf.ffff.jpg" not in {image.path.name for image in (*splits.training, *splits.validation)}
    assert len(splits.test) == 10


def test_a_type_without_images_is_named(tmp_path: Path) -> None:
    root = write_bone_break(tmp_path)
    for part in ("Train", "Test"):
        shutil.rmtree(root / "Oblique fracture" / part)
    with pytest.raises(FileNotFoundError, match="Oblique fracture has no image"):
        read_bone_break(root)


def test_a_missing_type_is_named(tmp_path: Path) -> None:
    root = write_bone_break(tmp_path)
    shutil.rmtree(root / "Oblique fracture")
    with pytest.raises(FileNotFoundError, match=r"(?s)missing in .*Classification: Oblique fracture\n.*Kaggle"):
        read_bone_break(tmp_path)
