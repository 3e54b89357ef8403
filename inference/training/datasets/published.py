"""What identifies each published dataset on a disk, and what to tell somebody who points at the wrong folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: An archive unpacks into a folder of its own, and some into a folder within a folder of the same name.
MAX_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Published:
    """One dataset as its authors publish it.

    Attributes:
        title: what its authors call it.
        needs: glob patterns, relative to its root, that must each match something.
        layout: an example path of each kind of file, one a line.
        source: where it is published: a DOI, or who gives it out.
        licence: under what terms, as far as its authors say.
    """

    title: str
    needs: tuple[str, ...]
    layout: str
    source: str
    licence: str


def locate(folder: Path, *alternatives: Published) -> tuple[Path, Published]:
    """Return the root of the first of some datasets found at a folder or within it, and which one it is.

    Raises:
        FileNotFoundError: none is there; says what was expected, what is missing and where to get it.
    """
    for candidate in _candidates(folder, MAX_DEPTH):
        for published in alternatives:
            if not missing(candidate, published):
                return candidate, published
    raise FileNotFoundError("\n\n".join(_explain(folder, published) for published in alternatives))


def missing(root: Path, published: Published) -> tuple[str, ...]:
    """Return what a dataset needs and a folder does not have."""
    return tuple(need for need in published.needs if next(root.glob(need), None) is None)


def _candidates(folder: Path, depth: int) -> Iterator[Path]:
    """Give the folder, then those in it, level by level: the nearest wins."""
    level = [folder]
    for _ in range(depth + 1):
        yield from level
        level = [child for parent in level for child in _folders_in(parent)]


def _folders_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))


def _explain(folder: Path, published: Published) -> str:
    if not folder.is_dir():
        return f"{folder} is not a folder; {published.title} is expected there. {_sources(published)}"
    nearest = min(_candidates(folder, MAX_DEPTH), key=lambda candidate: len(missing(candidate, published)))
    layout = "\n".join(f"    {line}" for line in published.layout.splitlines())
    lacking = ", ".join(missing(nearest, published))
    return (
        f"{folder} does not hold {published.title}. Expected in it, or in a folder of it:\n{layout}\n"
        f"missing in {nearest}: {lacking}\n{_sources(published)}"
    )


def _sources(published: Published) -> str:
    return f"Where to get it: {published.source} ({published.licence})."
