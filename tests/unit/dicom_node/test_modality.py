from pathlib import Path

import pytest

from dicom_node.modality import find_files


def test_files_are_found_by_name_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b/2.dcm", "b/1.dcm", "a.dcm", ".hidden/3.dcm", "b/.DS_Store"):
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path])]
    assert found == ["a.dcm", "b/1.dcm", "b/2.dcm"]


def test_a_file_that_is_named_twice_is_found_once_and_in_the_order_named(tmp_path: Path) -> None:
    first, second = tmp_path / "z.dcm", tmp_path / "a.dcm"
    first.touch()
    second.touch()
    assert find_files([first, second, tmp_path]) == (first, second)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find_files([tmp_path / "nowhere"])
