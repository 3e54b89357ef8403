"""On which line of a TOML file a key stands: tomllib does not say, and a person asks."""

import re
from collections import Counter

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\- ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*)\s*=")


def find_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every table and key; repeated tables are numbered from 0 as in the parsed file.

    Bare keys only. A key inside an inline table has no entry: its table's line is the best answer.
    """
    lines: dict[Path, int] = {}
    repeats: Counter[Path] = Counter()
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _enter(header[1] == "[[", tuple(header[2].split(".")), repeats)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *key[1].split(".")), number)
    return lines


def _enter(repeated: bool, names: tuple[str, ...], repeats: Counter[Path]) -> Path:
    """Return the path of a table header, with the number of each repeated table that it stands in."""
    path: Path = ()
    for depth, name in enumerate(names, 1):
        path = (*path, name.strip())
        if repeated and depth == len(names):
            repeats[path] += 1
        if repeats[path]:
            path = (*path, repeats[path] - 1)
    return path


def nearest_line(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of `path`, or of the innermost table around it that has one."""
    return next((lines[path[:depth]] for depth in range(len(path), 0, -1) if path[:depth] in lines), None)
