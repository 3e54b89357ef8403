"""A recipe of any family moves to another dataset, and its published figures stay those of the dataset they are of."""

import pytest

from inference.training.recipe_book import load_book

BOOK = load_book()
MOVES = [(name, elsewhere) for name, recipe in BOOK.items() for elsewhere in recipe.elsewhere]


@pytest.mark.parametrize(("name", "dataset"), MOVES)
def test_what_the_other_dataset_changes_is_changed_and_nothing_else(name: str, dataset: str) -> None:
    recipe = BOOK[name]
    moved = recipe.on(dataset)
    assert moved.dataset == dataset
    differing = {key for key, value in moved if value != getattr(recipe, key)}
    assert differing <= {"dataset", "published_on", *recipe.elsewhere[dataset].model_fields_set, "shares", "age_years"}


@pytest.mark.parametrize(("name", "dataset"), MOVES)
def test_published_figures_come_along_and_say_what_they_were_measured_on(name: str, dataset: str) -> None:
    recipe = BOOK[name]
    moved = recipe.on(dataset)
    assert (moved.published, moved.published_note) == (recipe.published, recipe.published_note)
    assert moved.source_dataset == recipe.source_dataset != dataset


def test_figures_of_a_set_that_nobody_can_get_are_not_taken_for_those_of_the_recipes_own() -> None:
    recipe = BOOK["vgg16-lightgbm"]
    assert recipe.source_dataset == recipe.on("fracatlas").source_dataset == "a Kaggle set"


def test_on_its_own_dataset_a_recipe_stays_as_it_is() -> None:
    recipe = BOOK["yolov8-fracatlas"]
    assert recipe.on("fracatlas") is recipe
    assert recipe.source_dataset == "fracatlas"


@pytest.mark.parametrize("name", ["efficientnetb6-types", "yolov8-spinexr"])
def test_a_dataset_without_such_labels_is_refused_with_those_that_have_them(name: str) -> None:
    with pytest.raises(ValueError, match=f"cannot be trained on 'lera'.*on: {BOOK[name].dataset}"):
        BOOK[name].on("lera")
