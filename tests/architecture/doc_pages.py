"""The pages that people read, taken apart: links, anchors, code, commands."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shlex import split

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
PAGES = (
    *sorted(path for path in PROJECT.glob("*.md")),
    *sorted(path for path in DOCS.rglob("*.md")),
)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def name(page: Path) -> str:
    """Return how a page is called in a test's name."""
    return page.relative_to(PROJECT).as_posix()


@cache
def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def links(page: Path) -> Iterator[str]:
    """Yield the target of each link and picture, code left out."""
    prose = _SPAN.sub("", _FENCE.sub("", read(page)))
    yield from _LINK.findall(prose)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return what `#...` may name on a page: its headings, as forges spell them."""
    found: dict[str, int] = {}
    names = set()
    for heading in _HEADING.findall(_FENCE.sub("", read(page))):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", heading).lower()).replace(" ", "-")
        repeated = found.get(slug, 0)
        found[slug] = repeated + 1
        names.add(f"{slug}-{repeated}" if repeated else slug)
    return frozenset(names)


def code_lines(page: Path) -> Iterator[str]:
    """Yield every piece of code: spans, and the lines of fenced and of indented blocks, continued ones joined."""
    text = re.sub(r" *\\\n *", " ", read(page))
    blocks = "\n".join(_FENCE.findall(text))
    indented = re.findall(r"^(?: {4}|\t)(.+)$", _FENCE.sub("", text), re.MULTILINE)
    yield from blocks.splitlines()
    yield from indented
    yield from _SPAN.findall(_FENCE.sub("", text))


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """Yield the words after the name of a program, wherever a line of code calls it."""
    call = re.compile(rf"(?:^|[\s(]|bin/){re.escape(program)} +([^#|;>)]*)")
    for line in code_lines(page):
        for said in call.findall(re.split(r" {3,}", line.strip())[0]):
            try:
                words = split(said)
            except ValueError:  # an apostrophe of prose
                words = said.split()
            if words:
                yield words
