import pytest
from pydantic import ValidationError

from inference.training.datasets.registry import READERS
from inference.training.recipe_book import KerasRecipe, Recipe, load_book, override, parse_recipe

BOOK = load_book()
NETWORKS = [recipe for recipe in BOOK.values() if isinstance(recipe, Recipe)]
FAMILIES = {
    *("resnet50-hierarchical", "resnet50-pca", "vgg16-lightgbm", "vgg16-cnn", "efficientnetb1-hierarchical"),
    *("efficientnetb5-multilabel", "efficientnetb6-types", "inceptionv3-spinexr"),
}


def test_every_family_has_a_recipe() -> None:
    assert set(BOOK) >= FAMILIES


@pytest.mark.parametrize("recipe", BOOK.values(), ids=BOOK)
def test_every_recipe_is_for_datasets_that_can_be_read(recipe: Recipe) -> None:
    assert {recipe.dataset, *recipe.elsewhere} <= set(READERS)


@pytest.mark.parametrize("recipe", NETWORKS, ids=lambda recipe: recipe.name)
def test_a_recipe_without_published_figures_says_why(recipe: Recipe) -> None:
    assert recipe.published or recipe.published_note


@pytest.mark.parametrize("recipe", NETWORKS, ids=lambda recipe: recipe.name)
def test_backbones_whose_weights_are_of_caffe_get_blue_green_red(recipe) -> None:
    is_caffe = recipe.backbone in ("ResNet50", "VGG16")
    assert (recipe.contract.range == "imagenet-caffe") is is_caffe
    assert (recipe.contract.channel_order == "bgr") is is_caffe


@pytest.mark.parametrize("recipe", NETWORKS, ids=lambda recipe: recipe.name)
def test_efficientnets_which_scale_within_get_the_grey_levels_as_they_are(recipe) -> None:
    assert (recipe.contract.range == "0..255") is recipe.backbone.startswith("EfficientNet")


def test_the_twelve_sigmoids_are_eleven_regions_and_abnormal() -> None:
    recipe = BOOK["efficientnetb5-multilabel"]
    assert len(recipe.classes) == 12
    assert recipe.classes[-1] == "abnormal"
    assert [block.repeat for block in recipe.head] == [6]
    assert [stage.loss.kind for stage in recipe.stages] == ["cross-entropy", "focal"]
    assert recipe.thresholds == (0.5, 0.3)


def test_a_key_that_nobody_knows_is_refused() -> None:
    content = BOOK["vgg16-cnn"].model_dump()
    with pytest.raises(ValidationError, match="learning_rate"):
        parse_recipe({**content, "learning_rate": 0.1})


def test_preprocessing_that_serving_could_not_build_is_refused() -> None:
    with pytest.raises(ValidationError, match="preprocess ends with"):
        override(BOOK["vgg16-cnn"], preprocess=["clahe"])


def test_a_range_of_imagenet_by_another_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="scaling"):
        override(BOOK["vgg16-cnn"], scaling="caffe")


def test_elsewhere_a_recipe_takes_the_labels_that_are_there() -> None:
    recipe = BOOK["efficientnetb5-multilabel"].on("fracatlas")
    assert recipe.classes == ("hand", "leg", "hip", "shoulder", "abnormal")
    assert recipe.shares == "published"


def test_types_of_fractures_cannot_be_learnt_where_nobody_named_them() -> None:
    with pytest.raises(ValueError, match="no label for it; on: bone-break"):
        BOOK["efficientnetb6-types"].on("fracatlas")


@pytest.mark.parametrize(("epochs", "shared"), [(20, [8, 12]), (5, [2, 3]), (2, [1, 1]), (1, [1])])
def test_fewer_epochs_are_shared_as_the_stages_share_theirs(epochs: int, shared: list[int]) -> None:
    recipe = override(BOOK["efficientnetb1-hierarchical"], epochs=epochs)
    assert [stage.epochs for stage in recipe.stages] == shared


def test_the_one_epoch_of_a_short_run_is_of_the_last_stage() -> None:
    recipe: KerasRecipe = override(BOOK["efficientnetb1-hierarchical"], epochs=1)
    assert recipe.stages[0].rate == BOOK["efficientnetb1-hierarchical"].stages[-1].rate


def test_a_classifier_that_cannot_serve_is_compared_but_not_the_first() -> None:
    with pytest.raises(ValidationError, match="the first classifier"):
        override(BOOK["vgg16-lightgbm"], classifiers=["svc", "lightgbm"])


def test_where_few_images_are_abnormal_an_epoch_takes_as_many_normal_ones() -> None:
    recipe = BOOK["vgg16-cnn"]
    assert isinstance(recipe, KerasRecipe)
    assert (recipe.draw, recipe.on("fracatlas").draw) == ("all", "balanced")
