from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra `models`")

import keras

from domain.errors import ModelError, ModelUnavailable
from inference.training.families.networks import BACKBONE, build_network, prepare
from inference.training.families.parts import plan_parts
from inference.training.families.starts import Start, build_backbone, explain_download
from inference.training.recipe_book import Pictures, load_book, override
from tests.fakes.tiny_runs import tiny

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RECIPE = tiny("vgg16-cnn", "fracatlas")
BACKBONES = {recipe.backbone: recipe for recipe in load_book().values() if isinstance(recipe, Pictures)}


@pytest.mark.parametrize("name", ["top.weights.h5", "top.keras"])
def test_a_file_gives_a_backbone_what_another_has_learned(name: str, tmp_path: Path) -> None:
    learned = build_backbone(RECIPE, Start("random"))
    (learned.save if name.endswith(".keras") else learned.save_weights)(tmp_path / name)
    keras.utils.set_random_seed(99)
    backbone = build_backbone(RECIPE, Start(str(tmp_path / name)))
    for mine, theirs in zip(backbone.get_weights(), learned.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_file_of_another_backbone_is_refused_by_name(tmp_path: Path) -> None:
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    other.save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(ModelError, match=r"other\.weights\.h5 does not hold the weights of Trial"):
        build_backbone(RECIPE, Start(str(tmp_path / "other.weights.h5")))


def test_where_nothing_can_be_downloaded_the_file_and_both_ways_on_are_named() -> None:
    said = explain_download("VGG16", "URL fetch failure on https://weights.example/vgg/vgg16_notop.h5: None -- refused")
    for part in ("vgg16_notop.h5 from https://weights.example/vgg/", "--weights FILE", "--weights random"):
        assert part in str(said)


def test_nobody_has_trained_the_trial_backbone() -> None:
    with pytest.raises(ModelUnavailable, match="--weights random"):
        build_backbone(RECIPE, Start("imagenet"))


@pytest.mark.parametrize("backbone", sorted(BACKBONES))
def test_every_backbone_of_the_book_can_be_built_with_its_head(backbone: str) -> None:
    recipe = override(BACKBONES[backbone], side_px=96)
    features = build_backbone(recipe, Start("random"))
    assert features.output_shape[-1] >= 512
    assert features.input_shape == (None, 96, 96, 3)


def trainable(network) -> int:
    return len(network.get_layer(BACKBONE).trainable_weights)


def test_a_trained_backbone_learns_from_the_layer_that_the_stage_names() -> None:
    (part,) = plan_parts(RECIPE)
    network, counts = build_network(RECIPE, part, Start("random")), {}
    for train_from in ("head", -4, 0):
        stage = RECIPE.stages[0].model_copy(update={"train_from": train_from})
        prepare(network, RECIPE, part, stage, is_random=False)
        counts[train_from] = trainable(network)
    assert counts == {"head": 0, -4: 1, 0: 3}  # the kernels alone: batch norm keeps what it knows


def test_from_random_weights_everything_learns_in_every_stage() -> None:
    (part,) = plan_parts(RECIPE)
    network = build_network(RECIPE, part, Start("random"))
    prepare(network, RECIPE, part, RECIPE.stages[0], is_random=True)
    assert trainable(network) == 9
