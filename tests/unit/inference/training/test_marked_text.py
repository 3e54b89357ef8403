from pathlib import Path

import pytest

from inference.training.marked_text import replace_marked, split_marked

TEXT = "Before.\n\n<!-- size: begin -->\nold\nwords\n<!-- size: end -->\n\nAfter.\n"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "card.md"
    path.write_text(TEXT)
    return path


def test_only_what_stands_between_the_marks_is_replaced(document: Path) -> None:
    replace_marked(document, "size", "new\n")
    assert document.read_text() == TEXT.replace("old\nwords\n", "new\n")
    replace_marked(document, "size", "old\nwords\n")
    assert document.read_text() == TEXT


@pytest.mark.parametrize(
    "text",
    ["", TEXT + TEXT, TEXT.replace("<!-- size: end -->", ""), "<!-- size: end -->\n<!-- size: begin -->\n"],
    ids=["no marks", "twice", "no end", "the wrong way round"],
)
def test_a_document_without_one_such_part_is_refused_and_left_alone(document: Path, text: str) -> None:
    document.write_text(text)
    with pytest.raises(ValueError, match=r"card\.md has no part"):
        replace_marked(document, "size", "new\n")
    assert document.read_text() == text


def test_the_project_has_a_place_for_what_is_measured_of_each_version() -> None:
    docs = Path(__file__).parents[4] / "docs"
    for name, mark in (("model-card.md", "measured"), ("model-card.md", "measured-bf16"), ("evaluation.md", "bf16")):
        assert split_marked(docs / name, mark)
