"""A run that is judged again, by its exported files alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")
pytest.importorskip("lightgbm", reason="needs the extra `models`")

from domain.errors import ModelError, WeightsMismatch
from inference.training.families.evaluation import evaluate_family
from tests.fakes.tiny_runs import TinyRun, silent

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RUNS = {
    "efficientnetb1-hierarchical": ("fracatlas", {"classes": ("hand", "leg"), "epochs": 1, "refuse_below": 0.55}),
    "efficientnetb5-multilabel": (None, {"epochs": 2}),
    "vgg16-lightgbm": ("fracatlas", {"trees": 5}),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_was_exported_gives_the_tables_that_the_training_ended_with(
    name: str, trained: Callable[..., TinyRun]
) -> None:
    dataset, changes = RUNS[name]
    run = trained(name, dataset, **changes)
    found = evaluate_family(run.folder, run.data, 1, silent)
    # Of several classifiers the first alone is exported.
    wanted = {title: run.outcome.tables[title] for title in found.tables}
    assert set(found.tables) == set(run.outcome.tables) or name == "vgg16-lightgbm"
    assert found.tables
    for title, table in found.tables.items():
        np.testing.assert_array_equal(np.asarray(table.confusion), np.asarray(wanted[title].confusion))
        assert table.by_class.keys() == wanted[title].by_class.keys()


def test_a_folder_without_a_run_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="osteonode models train"):
        evaluate_family(tmp_path, tmp_path, 1, silent)


def test_a_graph_that_was_changed_after_the_training_is_not_judged(
    trained: Callable[..., TinyRun], tmp_path: Path
) -> None:
    run = trained("vgg16-lightgbm", "fracatlas", trees=5)
    for file in run.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "abnormal.txt").open("a") as trees:
        trees.write("\n")
    with pytest.raises(WeightsMismatch):
        evaluate_family(tmp_path, run.data, 1, silent)
