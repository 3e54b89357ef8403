"""Figures of a source stand beside ours under the dataset that they were measured on."""

import pytest

from dicom_node.cli.models.family_tables import print_outcome
from inference.training.recipe_book import FeaturesRecipe, load_book

pytest.importorskip("sklearn", reason="needs the extra `models`")

from inference.training.estimate import Estimate
from inference.training.families.scores import Table

OURS = Table(40, {"roc_auc": Estimate(0.61, 0.5, 0.7)}, {"abnormal": {"recall": Estimate(0.4, 0.3, 0.5)}}, (), None)


def show(name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    recipe = load_book()[name]
    assert isinstance(recipe, FeaturesRecipe)
    print_outcome(recipe.on("fracatlas"), {"lightgbm": OURS}, {})
    return [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_published_figures_name_the_set_that_they_are_of(capsys: pytest.CaptureFixture[str]) -> None:
    title, headings, _, auc, recall, *_ = show("vgg16-lightgbm", capsys)
    assert title.strip() == "lightgbm: 40 test images"
    assert headings.endswith("published, on a Kaggle set")
    assert auc.split() == ["roc", "auc", "0.610", "0.500", "0.700", "0.874"]
    assert recall.split()[-1] == "-"


def test_where_no_figure_is_published_no_set_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    lines = show("resnet50-pca", capsys)
    assert lines[1].split()[-1] == "published"
    assert lines[-1] == "No figure of the source could be verified."
