import pytest
from pydantic import ValidationError

from inference.training.phrases.recipe import PhrasesRecipe, load_phrase_book
from inference.training.recipe_book import load_book
from inference.training.recipes import RECIPES


def test_the_recipe_of_the_lstm_is_in_the_book_and_its_name_is_its_own() -> None:
    book = load_phrase_book()
    assert book["report-phrases-lstm"].name == "report-phrases-lstm"
    assert not set(book) & {*load_book(), *RECIPES}


def test_a_key_that_nobody_knows_is_refused() -> None:
    content = load_phrase_book()["report-phrases-lstm"].model_dump()
    with pytest.raises(ValidationError, match="learning_rate"):
        PhrasesRecipe.model_validate({**content, "learning_rate": 0.1})
