"""Parts of a document that are measured, between marks that nobody sees: written by the measurement, never by hand."""

from pathlib import Path


def replace_marked(document: Path, mark: str, text: str) -> None:
    """Replace what stands between `<!-- mark: begin -->` and `<!-- mark: end -->`; raises ValueError (see below)."""
    before, after = split_marked(document, mark)
    document.write_text(before + text + after, encoding="utf-8")


def split_marked(document: Path, mark: str) -> tuple[str, str]:
    """Return the document up to the end of the first mark, and from the second one on.

    Raises:
        ValueError: it does not have the two marks, each once and in this order.
    """
    begin, end = f"<!-- {mark}: begin -->\n", f"<!-- {mark}: end -->"
    whole = document.read_text(encoding="utf-8")
    before, _, rest = whole.partition(begin)
    _, _, after = rest.partition(end)
    if whole.count(begin) != 1 or rest.count(end) != 1:
        raise ValueError(f"{document.name} has no part for it, between {begin.strip()} and {end}")
    return before + begin, end + after
