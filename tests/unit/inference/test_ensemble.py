"""Who is asked about an image, who answers, and what an answer without somebody says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.errors import ModelError, ModelUnavailable
from domain.finding import FractureState
from inference.canvases import Canvases
from inference.ensemble import Ensemble
from inference.zoo import Manifest, Model
from tests.fakes.sessions import HANGING, SaidBackend, SaidSession, make_entry

IMAGE = np.random.default_rng(0).random((120, 80), dtype=np.float32)
REGION = make_entry("region", "region", ("region",))
FRACTURE = make_entry("one", "fracture", ("fracture_logit",))
OTHER = make_entry("two", "fracture", ("fracture_logit",))
HAND = SaidSession({"region": [[0.9, 0.1]]})
SURE, CALM = SaidSession({"fracture_logit": [[3.0]]}), SaidSession({"fracture_logit": [[-3.0]]})


@pytest.fixture(autouse=True)
def _files_of_any_content(monkeypatch: pytest.MonkeyPatch) -> None:
    from inference.zoo import VerifiedModel

    monkeypatch.setattr("inference.ensemble.load_model", lambda bundle, entry: VerifiedModel(entry, {}))


def _open(sessions: dict[str, SaidSession], *models: Model, **changes: Any) -> Ensemble:
    manifest = Manifest.model_validate({"schema": 2, "bundle": "said", "models": models} | changes)
    return Ensemble(Path(), manifest, {"openvino": lambda: SaidBackend(sessions)})


def test_the_region_is_told_with_the_statement() -> None:
    opinion = _open({"region": HAND, "one": SURE}, REGION, FRACTURE).read(Canvases(IMAGE))
    assert (opinion.region.label, opinion.is_known) == ("hand", True)
    assert opinion.fracture is not None
    assert opinion.fracture.state is FractureState.PRESENT
    assert [(score.model, score.probability is None) for score in opinion.spoke] == [("region", True), ("one", False)]


def test_nobody_is_asked_about_a_fracture_where_the_region_is_not_known() -> None:
    quiet = SaidSession({"fracture_logit": [[0.0]]})
    sessions = {"region": SaidSession({"region": [[0.49, 0.2]]}), "one": quiet}
    opinion = _open(sessions, REGION, FRACTURE).read(Canvases(IMAGE))
    assert (opinion.is_known, opinion.fracture, quiet.batches) == (False, None, [])


@pytest.mark.parametrize(("distances", "is_known"), [([[1.0], [2.9]], True), ([[1.0], [3.1]], False)])
def test_an_image_unlike_those_of_training_is_not_known_however_sure_its_region(
    distances: list[list[float]], is_known: bool
) -> None:
    flips = {"name": "image", "side_px": 64, "preprocess": ["letterbox"], "flips": ["none", "horizontal"]}
    region = make_entry("region", "region", ("region", "distance"), maximum_distance=2.0, input=flips)
    said = SaidSession({"region": [[0.99, 0.0]] * 2, "distance": distances})
    opinion = _open({"region": said, "one": SURE}, region, FRACTURE).read(Canvases(IMAGE))
    assert opinion.is_known is is_known
    assert opinion.distances == {"region": pytest.approx(np.mean(distances))}


def test_a_distance_without_a_limit_refuses_nothing() -> None:
    region = make_entry("region", "region", ("region", "distance"))
    said = SaidSession({"region": [[0.9, 0.1]], "distance": [[1e6]]})
    assert _open({"region": said, "one": SURE}, region, FRACTURE).read(Canvases(IMAGE)).is_known


def test_a_specialist_speaks_of_its_own_regions_only() -> None:
    of_leg = make_entry("of-leg", "fracture", ("fracture_logit",), regions=["leg"])
    of_hand = make_entry("of-hand", "fracture", ("fracture_logit",), regions=["hand"])
    opinion = _open({"region": HAND, "of-leg": SURE, "of-hand": CALM}, REGION, of_leg, of_hand).read(Canvases(IMAGE))
    assert [score.model for score in opinion.spoke] == ["region", "of-hand"]
    assert opinion.fracture is not None
    assert opinion.fracture.state is FractureState.ABSENT


def test_a_member_that_hangs_is_left_out_and_named() -> None:
    opinion = _open({"region": HAND, "one": HANGING, "two": SURE}, REGION, FRACTURE, OTHER).read(Canvases(IMAGE))
    assert [score.model for score in opinion.spoke] == ["region", "two"]
    assert [(each.model, each.reason) for each in opinion.silent] == [("one", "deadline-exceeded")]
    assert opinion.fracture is not None
    assert opinion.fracture.probability == pytest.approx(1 / (1 + np.exp(-3.0)))


def test_a_member_that_says_nonsense_is_left_out_and_named() -> None:
    broken = SaidSession({"fracture_logit": [[np.nan]]})
    opinion = _open({"region": HAND, "one": broken, "two": CALM}, REGION, FRACTURE, OTHER).read(Canvases(IMAGE))
    assert [(each.model, each.reason) for each in opinion.silent] == [("one", "model-failed")]


@pytest.mark.parametrize("silent", ["region", "one"])
def test_without_a_region_or_a_statement_there_is_no_answer(silent: str) -> None:
    sessions = {"region": HAND, "one": SURE} | {silent: HANGING}
    with pytest.raises(ModelError):
        _open(sessions, REGION, FRACTURE).read(Canvases(IMAGE))


def test_a_multilabel_model_names_the_region_and_speaks_of_fractures() -> None:
    labels = make_entry("all", "multilabel", ("labels",), classes=["hand", "abnormal", "leg"])
    opinion = _open({"all": SaidSession({"labels": [[0.2, 0.9, 0.7]]})}, labels).read(Canvases(IMAGE))
    assert opinion.region.label == "leg"
    assert opinion.fracture is not None
    assert opinion.fracture.probability == pytest.approx(0.9, abs=1e-6)


def test_types_are_told_most_probable_first() -> None:
    types = make_entry("types", "types", ("type",), classes=["oblique", "spiral"])
    sessions = {"region": HAND, "one": SURE, "types": SaidSession({"type": [[0.3, 0.7]]})}
    opinion = _open(sessions, REGION, FRACTURE, types).read(Canvases(IMAGE))
    assert [each.label for each in opinion.types] == ["spiral", "oblique"]


def test_a_backend_that_is_not_there_is_named() -> None:
    keras = make_entry("brought", "fracture", ("fracture_logit",), backend="keras")
    with pytest.raises(ModelUnavailable, match="keras"):
        _open({"region": HAND}, REGION, keras)
