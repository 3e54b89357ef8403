"""A tiny phrase model, trained as the command does: what it leaves serves, and says nothing false."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")

from domain.errors import ModelError
from domain.impression import StudyFacts
from inference.phrases.manifest import load_phrases
from inference.phrases.writer import LstmWriter
from inference.training.phrases.recipe import load_phrase_book
from inference.training.phrases.run import PhrasesOutcome, train_phrases
from tests.fakes.impressions import draw_impression
from tests.fakes.tiny_runs import silent

# Keras hands its variables to h5py in a way that NumPy 2 is going to refuse.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SMALL = {"studies": 120, "embedding": 8, "units": 16, "epochs": 2, "batch": 16}
RECIPE = load_phrase_book()["report-phrases-lstm"].model_copy(update=SMALL)


@dataclass
class Run:
    folder: Path
    outcome: PhrasesOutcome
    lines: list[str]
    asked: list[StudyFacts]


def train(folder: Path, recipe=RECIPE) -> Run:
    lines: list[str] = []
    asked: list[StudyFacts] = []

    def refuse(text: str, facts: StudyFacts) -> str:
        asked.append(facts)
        return "no-sentence"

    return Run(folder, train_phrases(recipe, folder, refuse, silent, lines.append), lines, asked)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(tmp_path_factory.mktemp("run"))


def test_a_run_leaves_a_model_that_serves_without_keras(run: Run) -> None:
    writer = LstmWriter.of_folder(run.folder, 60.0)
    assert writer.name == f"report-phrases-lstm {RECIPE.version}"
    facts = draw_impression(1)[0]
    assert writer.propose(facts) == writer.propose(facts)


def test_its_numbers_have_intervals_and_say_what_was_refused(run: Run) -> None:
    metrics = json.loads((run.folder / "metrics.json").read_text())
    for name in ("perplexity", "accepted"):
        assert metrics[name]["low"] <= metrics[name]["value"] <= metrics[name]["high"]
    assert metrics["accepted"]["value"] == 0.0  # of a checker that takes nothing
    assert sum(Counter(metrics["rejections"]).values()) == metrics["test_studies"]
    assert metrics["perplexity"]["value"] > metrics["generator_perplexity"] > 1.0
    assert metrics["parity"] < 1e-3
    assert load_phrases(run.folder).manifest.metrics["perplexity"] == metrics["perplexity"]


def test_its_curves_are_a_picture(run: Run) -> None:
    assert cv2.imread(str(run.folder / "curves.png")).shape[0] > 300


def test_it_learns(run: Run) -> None:
    first, second = json.loads((run.folder / "metrics.json").read_text())["epochs"]
    assert second["val_loss"] < first["val_loss"]


def test_a_second_call_trains_nothing_again_and_finds_the_same(run: Run) -> None:
    again = train(run.folder)
    assert "phrases: trained before" in again.lines
    assert again.outcome == run.outcome


def test_another_recipe_does_not_go_on_in_the_same_folder(run: Run) -> None:
    with pytest.raises(ModelError, match="another recipe"):
        train(run.folder, RECIPE.model_copy(update={"seed": 5}))


def test_a_run_that_was_killed_goes_on_and_learns_as_much(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference.training.phrases import fitting

    class Killed(Exception):
        pass

    def die_in_the_second_epoch(*given):
        if (tmp_path / "phrases.state.json").is_file():
            raise Killed
        return learn(*given)

    learn = fitting._learn
    monkeypatch.setattr(fitting, "_learn", die_in_the_second_epoch)
    with pytest.raises(Killed):
        train(tmp_path)
    monkeypatch.undo()
    again = train(tmp_path)
    assert "phrases: goes on after epoch 1" in again.lines
    assert again.outcome.perplexity.value == pytest.approx(run.outcome.perplexity.value, rel=1e-3)
