from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")
pytest.importorskip("lightgbm", reason="needs the extra `models`")

from inference.backends.frameworks import load_keras
from tests.fakes.tiny_runs import TREES, TinyRun, tiny, train

load_keras()


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of a dataset's stand-in, written once."""
    written: dict[str, Path] = {}

    def write(dataset: str) -> Path:
        if dataset not in written:
            written[dataset] = TREES[dataset](tmp_path_factory.mktemp(dataset))
        return written[dataset]

    return write


@pytest.fixture(scope="session")
def trained(tree: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., TinyRun]:
    """Give the tiny run of a recipe, trained once however many tests ask."""
    done: dict[str, TinyRun] = {}

    def run(name: str, dataset: str | None = None, **changes: Any) -> TinyRun:
        if name not in done:
            recipe = tiny(name, dataset, **changes)
            done[name] = train(recipe, tree(recipe.dataset), tmp_path_factory.mktemp(name) / name)
        return done[name]

    return run
