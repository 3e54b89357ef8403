"""Writes the table of docs/recommendations.md from the data: python -m reporting.guideline_table."""

from collections.abc import Iterator
from pathlib import Path

from reporting.guidelines import Recommendation, load_recommendations

PAGE = Path(__file__).parent.parent / "docs" / "recommendations.md"
START, END = "<!-- table: written by `python -m reporting.guideline_table` -->\n", "<!-- end of the table -->\n"
_HEAD = "| row | shown for | what it suggests | source | whom it is for |\n|---|---|---|---|---|\n"


def write_page(text: str) -> str:
    """Return a page with its table written anew. Raises ValueError where the page has no marks around it."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError("the page lacks the marks around the table")
    return "".join((before, START, "\n", _HEAD, *map(_write_row, load_recommendations()), "\n", END, after))


def _write_row(row: Recommendation) -> str:
    guideline = row.guideline
    source = f"[{guideline.name}]({guideline.url}) ({guideline.year}), {row.clause}"
    return f"| `{row.identifier}` | {'; '.join(_conditions(row))} | {row.text} | {source} | {row.applies_to} |\n"


def _conditions(row: Recommendation) -> Iterator[str]:
    yield " or ".join(state.value for state in row.states)
    yield from (", ".join(words) for words in (row.places, row.types) if words)
    if row.age_from_years is not None:
        yield f"from {row.age_from_years} years"
    if row.age_below_years is not None:
        yield f"below {row.age_below_years} years"


if __name__ == "__main__":
    PAGE.write_text(write_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
