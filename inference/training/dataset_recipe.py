"""What the recipes of all families say of their images and of their sources, and how they move to other images."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from inference.zoo.manifest import Name, Probability

Classes = Annotated[tuple[str, ...], Field(min_length=1)]


class Table(BaseModel):
    """A table of a recipe: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Shares(Table):
    """Shares of the patients that each part of a split gets."""

    training: Probability
    validation: Probability
    test: Probability

    @model_validator(mode="after")
    def _are_whole(self) -> Self:
        if abs(sum(self.three) - 1.0) > 1e-9 or not self.training * self.validation:
            raise ValueError("the shares add up to 1, and there is something to train on and to validate with")
        return self

    @property
    def three(self) -> tuple[float, float, float]:
        """Training, validation and test."""
        return self.training, self.validation, self.test


class Elsewhere(Table):
    """What changes where a recipe is trained on another dataset than its own: values by the names they have there.

    Attributes:
        classes: none: those of the recipe.
        shares: "published" is the split of the authors, whose last part is what is reported.
    """

    classes: tuple[str, ...] = ()
    shares: Shares | Literal["published"] = "published"


class DatasetRecipe(Table):
    """What every recipe has, whatever it trains.

    Attributes:
        about: what the family is, in one sentence.
        dataset: as the registry of datasets names it.
        classes: labels, in the order of the model's outputs.
        shares: how images are divided by patient; "published" is as their authors did.
        elsewhere: the same recipe on other datasets.
        published: what sources report of their models, by measure; empty where nothing could be verified.
        published_on: the dataset of those figures, where it is not the recipe's own.
    """

    name: Name
    about: str
    dataset: str
    classes: Classes
    shares: Shares | Literal["published"]
    elsewhere: Mapping[str, Elsewhere] = Field(default={})
    published: dict[str, JsonValue] = Field(default={})
    published_on: str = ""
    published_note: str = ""

    @property
    def source_dataset(self) -> str:
        """The dataset that the published figures were measured on."""
        return self.published_on or self.dataset

    def on(self, dataset: str) -> Self:
        """Return the recipe as it is for a dataset; the published figures stay those of the dataset they are of.

        Raises:
            ValueError: that dataset has no labels for it.
        """
        if dataset == self.dataset:
            return self
        if dataset not in self.elsewhere:
            known = ", ".join((self.dataset, *self.elsewhere))
            raise ValueError(f"{self.name} cannot be trained on {dataset!r}, which has no label for it; on: {known}")
        change = self.elsewhere[dataset]
        update = {name: value for name, value in change if value != () and name in type(self).model_fields}
        return self.model_copy(update={**update, "dataset": dataset, "published_on": self.source_dataset})
