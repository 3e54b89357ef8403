"""Sizes that keep a newcomer's minute a minute."""

import ast
from itertools import chain
from pathlib import Path
from statistics import median, quantiles

from tests.architecture.source_tree import PACKAGES, PROJECT, parse, source_files

MAX_FILE_LINES = 500
MAX_MEDIAN_FILE_LINES = 150
MAX_95TH_PERCENTILE_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 10


def lines_in(path: Path) -> int:
    """Return the number of lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def function_lines(path: Path) -> list[int]:
    """Return the length of every function of a file, from `def` to the last line, docstring left out."""
    nodes = ast.walk(parse(path))
    return [code_lines(node) for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of one function, its docstring left out."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def test_no_file_is_long() -> None:
    lengths = {str(path.relative_to(PROJECT)): lines_in(path) for path in source_files(*PACKAGES, "tests", "tools")}
    assert len(lengths) > 100
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_most_files_are_short() -> None:
    assert median(map(lines_in, source_files(*PACKAGES))) < MAX_MEDIAN_FILE_LINES


def test_functions_are_short() -> None:
    lengths = list(chain.from_iterable(map(function_lines, source_files(*PACKAGES))))
    assert median(lengths) < MAX_MEDIAN_FUNCTION_LINES
    assert quantiles(lengths, n=20)[-1] < MAX_95TH_PERCENTILE_FUNCTION_LINES


def test_a_docstring_is_no_code() -> None:
    (function,) = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n').body
    assert isinstance(function, ast.FunctionDef)
    assert code_lines(function) == 2
