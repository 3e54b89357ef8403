"""Import rules that the contracts in pyproject.toml cannot say."""

import ast
import sys

import pytest

from tests.architecture.source_tree import (
    PACKAGES,
    PROJECT,
    all_imports,
    imports_of_file,
    imports_when_loaded,
    parse,
    source_files,
)

#: Frameworks that serving does not install, and the training code that needs them.
NOT_WHEN_SERVING = ("inference.training", "keras", "lightgbm", "lime", "sklearn", "tensorflow", "torch", "ultralytics")


def serving_files() -> list[str]:
    """Return the source files that a serving node may load, relative to the project."""
    files = (path.relative_to(PROJECT) for path in source_files(*PACKAGES))
    return [str(path) for path in files if path.parts[:2] != ("inference", "training")]


def is_part_of(module: str, package: str) -> bool:
    """Say whether a module is a package or lies in it."""
    return module == package or module.startswith(package + ".")


def test_there_is_source_to_look_at() -> None:
    assert {path.split("/")[0].removesuffix(".py") for path in serving_files()} >= {"config", "dicom_node", "domain"}


def test_the_domain_needs_nothing_but_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"domain"}
    foreign = {
        f"{path.name}: {module}"
        for path in source_files("domain")
        for module in all_imports(parse(path))
        if module.split(".")[0] not in allowed
    }
    assert foreign == set()


def test_serving_loads_no_training_code_and_no_training_framework() -> None:
    loading = {
        f"{path}: {module}"
        for path in serving_files()
        for module in imports_of_file(PROJECT / path)
        if any(is_part_of(module, package) for package in NOT_WHEN_SERVING)
    }
    assert loading == set()


@pytest.mark.parametrize(
    ("source", "is_seen"),
    [
        ("import torch", True),
        ("from torch import nn", True),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", True),
        ("class A:\n    import torch", True),
        ("def f():\n    import torch", False),
        ("if TYPE_CHECKING:\n    import torch", False),
        ("if not TYPE_CHECKING:\n    import torch", True),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import torch", True),
        ("import torchlike", False),
    ],
)
def test_an_import_is_seen_where_it_runs_at_load_time(source: str, is_seen: bool) -> None:
    loaded = imports_when_loaded(ast.parse(source))
    assert any(is_part_of(module, "torch") for module in loaded) is is_seen


def test_nothing_of_the_console_is_loaded_where_it_is_off() -> None:
    own = ("dicom_node/console/", "dicom_node/console_process/")
    loading = {
        f"{path}: {module}"
        for path in serving_files()
        if not path.startswith(own)
        for module in imports_of_file(PROJECT / path)
        if module.startswith(("dicom_node.console.", "dicom_node.console_process"))
    }
    # Both are loaded by their own commands alone.
    assert {each.split("/")[1] for each in loading} <= {"bench", "config_check"}
