from pathlib import Path

import pytest

from inference.training.datasets.tables import is_set, read_bare_table, read_table


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_keyed_by_column_and_extra_columns_come_along(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, 'a,b\n1,"2,3"\n'), ("b",)) == [{"a": "1", "b": "2,3"}]


def test_the_mark_that_a_spreadsheet_puts_first_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "\ufeffa\n1\n"), ("a",)) == [{"a": "1"}]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b\n1,2\n", "lacks the columns c, d"),
        ("a,b,c\n1,2,3\n", "lacks the column d"),
        ("", "lacks the columns c, d"),
        ("c,d\n", "no row below its header"),
        ("c,d\n1,2\n3\n", "row 3, has fewer fields"),
    ],
)
def test_a_table_that_lacks_something_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_table(write(tmp_path, text), ("c", "d"))


def test_a_table_without_header_gives_every_row_but_the_empty(tmp_path: Path) -> None:
    assert read_bare_table(write(tmp_path, "1,2\n\n3,4\n"), 2) == [["1", "2"], ["3", "4"]]


def test_a_row_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 2, has 3 fields instead of 2"):
        read_bare_table(write(tmp_path, "1,2\n3,4,5\n"), 2)


@pytest.mark.parametrize(("value", "meaning"), [("1", True), ("1.0", True), (" 1 ", True), ("0", False), ("", False)])
def test_a_flag_is_one_or_zero_or_empty(value: str, meaning: bool) -> None:
    assert is_set(value) is meaning


def test_a_flag_that_is_no_flag_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or 1, not 'yes'"):
        is_set("yes")
