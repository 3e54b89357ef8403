from pathlib import Path

import pytest

from inference.training.datasets.mura_lera import read_mura_lera
from tests.fakes.dataset_trees import write_lera, write_mura, write_mura_lera


def test_both_give_their_eleven_regions(tmp_path: Path) -> None:
    images = read_mura_lera(write_mura_lera(tmp_path))
    assert len({region for image in images for region in image.regions}) == 11


def test_patients_and_studies_of_the_two_never_meet(tmp_path: Path) -> None:
    images = read_mura_lera(write_mura_lera(tmp_path))
    for image in images:
        source = "mura" if "MURA" in image.path.as_posix() else "lera"
        assert image.patient.startswith(f"{source}/")
        assert image.study.startswith(f"{source}/")


def test_the_split_of_one_of_them_is_no_split_of_both(tmp_path: Path) -> None:
    assert {image.split for image in read_mura_lera(write_mura_lera(tmp_path))} == {None}


def test_one_of_them_alone_is_not_enough(tmp_path: Path) -> None:
    write_mura(tmp_path / "a")
    with pytest.raises(FileNotFoundError, match="does not hold LERA"):
        read_mura_lera(tmp_path / "a")
    write_lera(tmp_path / "b")
    with pytest.raises(FileNotFoundError, match="does not hold MURA"):
        read_mura_lera(tmp_path / "b")
