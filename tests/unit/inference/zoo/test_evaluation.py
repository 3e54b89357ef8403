import json
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from domain.errors import ModelError
from inference.zoo import BUNDLED, Precision, load_manifest, model_set
from inference.zoo.evaluation import EVALUATIONS, load_evaluation


def change(folder: Path, **changes: Any) -> Path:
    """Put the evaluation of the shipped bundle into a folder, with other numbers."""
    said = json.loads((BUNDLED / EVALUATIONS["f32"]).read_bytes())
    (folder / EVALUATIONS["f32"]).write_text(json.dumps(said | changes))
    return folder


@pytest.mark.parametrize("precision", get_args(Precision))
def test_each_version_that_ships_was_measured_as_it_ships(precision: str) -> None:
    version = cast(Precision, precision)
    evaluation = load_evaluation(BUNDLED, version)
    manifest = load_manifest(BUNDLED, version)
    assert evaluation is not None
    assert (evaluation.bundle, evaluation.model_set) == (manifest.bundle, model_set(manifest))


def test_a_version_says_the_same_in_its_manifest_and_in_its_evaluation() -> None:
    evaluation = load_evaluation(BUNDLED)
    detector = load_manifest(BUNDLED).members("detector")[0]
    assert evaluation is not None
    assert {name: each.model_dump() for name, each in evaluation.measures["all"].items()} == {
        name: each for name, each in cast(dict[str, Any], detector.metrics["bundle"]).items() if name != "box_map50"
    }


def test_a_bundle_without_one_says_nothing(tmp_path: Path) -> None:
    assert load_evaluation(tmp_path) is None


@pytest.mark.parametrize("changes", [{"images": 3}, {"reliability": []}, {"unknown": 1}, {"fractured": 79}])
def test_numbers_that_cannot_be_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="cannot be used"):
        load_evaluation(change(tmp_path, **changes))
