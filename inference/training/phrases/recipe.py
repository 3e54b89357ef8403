"""The recipes of phrase models: data, one TOML file each in `recipe_files/`. Their text is generated."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from inference.training.dataset_recipe import Table
from inference.zoo.manifest import Name, Probability

Positive = Annotated[int, Field(ge=1)]


class PhrasesRecipe(Table):
    """Everything that decides what weights come out, but the phrasings and the versions of the libraries.

    Attributes:
        studies: drawn at random; studies of which a model would be told the same are in the same part of the split.
        embedding, units: width of the embeddings and of both LSTMs.
        rate: of Adam; it falls with the cosine to a twentieth.
    """

    name: Name
    version: str
    about: str
    studies: Positive
    seed: int
    embedding: Positive
    units: Positive
    dropout: Probability
    batch: Positive
    epochs: Positive
    rate: Annotated[float, Field(gt=0, le=1)]


@cache
def load_phrase_book() -> dict[str, PhrasesRecipe]:
    """Return every recipe by its name, which is the name of its file."""
    shelf = files("inference.training.phrases") / "recipe_files"
    pages = sorted((page for page in shelf.iterdir() if page.name.endswith(".toml")), key=lambda page: page.name)
    recipes = [PhrasesRecipe.model_validate(tomllib.loads(page.read_text(encoding="utf-8"))) for page in pages]
    if [f"{recipe.name}.toml" for recipe in recipes] != [page.name for page in pages]:
        raise ValueError("a recipe of phrases is named like its file")
    return {recipe.name: recipe for recipe in recipes}
