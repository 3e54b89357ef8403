from pathlib import Path

import pytest

from inference.training.datasets.published import Published, locate

APPLES = Published("Apples", ("apples.csv", "images*"), "Apples/apples.csv\nApples/images1/1.png", "doi:1/2", "CC0")
PEARS = Published("Pears", ("pears.csv",), "Pears/pears.csv", "doi:3/4", "CC0")


def plant(root: Path) -> Path:
    (root / "images1").mkdir(parents=True)
    (root / "apples.csv").touch()
    return root


@pytest.mark.parametrize("below", [".", "Apples", "Apples/Apples"])
def test_a_dataset_is_found_where_it_lies_and_up_to_two_folders_below(below: str, tmp_path: Path) -> None:
    plant(tmp_path / below)
    root, published = locate(tmp_path, PEARS, APPLES)
    assert root.resolve() == (tmp_path / below).resolve()
    assert published is APPLES


def test_the_nearest_of_two_is_taken(tmp_path: Path) -> None:
    plant(tmp_path / "z")
    plant(tmp_path / "a" / "old")
    assert locate(tmp_path, APPLES)[0] == tmp_path / "z"


def test_hidden_folders_are_not_searched(tmp_path: Path) -> None:
    plant(tmp_path / ".trash")
    with pytest.raises(FileNotFoundError):
        locate(tmp_path, APPLES)


def test_the_error_says_what_was_expected_what_is_missing_and_where_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "apples.csv").touch()
    with pytest.raises(FileNotFoundError) as error:
        locate(tmp_path, APPLES)
    said = str(error.value)
    assert f"{tmp_path} does not hold Apples" in said
    assert "    Apples/images1/1.png\n" in said
    assert f"missing in {tmp_path / 'half'}: images*\n" in said
    assert "doi:1/2 (CC0)" in said


def test_the_error_names_every_layout_that_would_have_done(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"(?s)hold Apples.*hold Pears"):
        locate(tmp_path, APPLES, PEARS)


def test_a_folder_that_is_not_there_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere is not a folder; Apples is expected there.*doi:1/2"):
        locate(tmp_path / "nowhere", APPLES)
