import pytest

from reporting.guideline_table import END, PAGE, START, write_page
from reporting.guidelines import load_recommendations


def test_the_table_of_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == write_page(text), "run: python -m reporting.guideline_table"


def test_every_row_stands_in_the_table_with_its_clause_and_link() -> None:
    lines = write_page(START + END).splitlines()
    for row in load_recommendations():
        (line,) = (line for line in lines if line.startswith(f"| `{row.identifier}` |"))
        assert row.text in line
        assert f"({row.guideline.url}) ({row.guideline.year}), {row.clause} |" in line


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        write_page("# A page\n")
