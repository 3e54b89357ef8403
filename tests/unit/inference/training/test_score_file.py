import shutil
from pathlib import Path

import pytest

from domain.errors import ModelError
from domain.finding import Fracture, FractureState, ImageReading, Labelled, ReadingStatus
from inference.reasons import REASONS
from inference.training.score_file import find_edges, write_score_reference
from inference.zoo import BUNDLED, MANIFESTS, load_manifest, model_set
from inference.zoo.evaluation import load_evaluation
from inference.zoo.score_reference import SCORE_REFERENCES, load_score_reference


def read(region: str, probability: float, state: FractureState = FractureState.ABSENT) -> ImageReading:
    fracture = Fracture(state, probability, (probability, probability))
    return ImageReading("1", "1.2", ReadingStatus.READ, "a", region=Labelled(region, 1.0), fracture=fracture)


def write(folder: Path, readings: list[ImageReading]) -> Path:
    shutil.copyfile(BUNDLED / MANIFESTS["f32"], folder / MANIFESTS["f32"])
    write_score_reference(folder, readings, data="drawn")
    return folder


def test_a_region_with_enough_images_is_binned_by_what_was_said(tmp_path: Path) -> None:
    hands = [read("hand", number / 100) for number in range(100)]
    found = load_score_reference(write(tmp_path, [*hands, read("hip", 0.5)]))
    assert found is not None
    assert list(found.regions) == ["hand"]
    assert found.regions["hand"].counts == (20,) * 5
    assert found.regions["hand"].states == {"present": 0, "absent": 100, "doubt": 0}
    assert (found.images, found.model_set) == (101, model_set(load_manifest(BUNDLED)))


def test_what_was_not_analysed_is_counted_by_its_reason(tmp_path: Path) -> None:
    unread = ImageReading("1", "1.2", ReadingStatus.NOT_ANALYSED, "a", reason=REASONS["colour-picture"])
    found = load_score_reference(write(tmp_path, [unread]))
    assert found is not None
    assert found.not_analysed == {"colour-picture": 1}


def test_a_probability_on_an_edge_is_in_the_upper_bin(tmp_path: Path) -> None:
    found = load_score_reference(write(tmp_path, [read("leg", number / 40) for number in range(40)]))
    assert found is not None
    leg = found.regions["leg"]
    assert leg.count([leg.edges[0]]) == (0, 1)
    assert leg.count([0.0, leg.edges[0] - 1e-9, 1.0]) == (2, 1)


def test_equal_scores_make_one_edge() -> None:
    assert find_edges([0.1] * 70 + [0.9] * 30) == (0.1, 0.9)


def test_a_reference_without_its_counts_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [read("leg", number / 40) for number in range(40)])
    path = tmp_path / SCORE_REFERENCES["f32"]
    path.write_text(path.read_text().replace('"absent": 40', '"absent": 39'))
    with pytest.raises(ModelError, match=r"scores\.json cannot be used"):
        load_score_reference(tmp_path)


def test_a_bundle_without_one_says_nothing(tmp_path: Path) -> None:
    assert load_score_reference(tmp_path) is None


def test_the_shipped_version_has_the_scores_of_its_validation_images() -> None:
    found, measured = load_score_reference(BUNDLED), load_evaluation(BUNDLED)
    assert found is not None
    assert measured is not None
    assert (found.model_set, found.images) == (model_set(load_manifest(BUNDLED)), measured.images)
    assert {"hand", "leg"} <= set(found.regions)
