"""The product's own source, parsed: what architecture tests look at."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "dicom_node", "domain", "inference", "reporting")


def source_files(*folders: str) -> list[Path]:
    """Return the Python files under folders of the project, in order."""
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_modules(node: ast.AST) -> list[str]:
    """Return the modules that an import statement names; nothing for any other node, or a relative import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def all_imports(tree: ast.AST) -> set[str]:
    """Return every module that a tree imports, wherever the import stands."""
    return {module for node in ast.walk(tree) for module in imported_modules(node)}


@cache
def imports_of_file(path: Path) -> frozenset[str]:
    """Return the modules that a file imports when it is loaded; all trees together are too much to keep."""
    return frozenset(imports_when_loaded(parse(path)))


def imports_when_loaded(tree: ast.Module) -> set[str]:
    """Return the modules that are imported when this one is: not those inside functions, nor those for types only."""
    return {module for node in statements_run_when_loaded(tree) for module in imported_modules(node)}


def statements_run_when_loaded(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, but not into functions, whose bodies run later, and not into what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or is_for_types_only(child):
            continue
        yield child
        yield from statements_run_when_loaded(child)


def is_for_types_only(node: ast.AST) -> bool:
    """Say whether a node is `if TYPE_CHECKING:` without an else."""
    names = {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test) in names
