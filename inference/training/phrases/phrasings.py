"""The words that report text is generated from, as data: phrasings.toml, checked when it is loaded."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Choices = Annotated[tuple[str, ...], Field(min_length=1)]
ByToken = dict[str, Choices]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Details(_Table):
    """What follows the statement of a group: orders, how they are joined, and each by the token that asks for it."""

    orders: Choices
    frames: Choices
    separators: Choices
    percent: ByToken
    kind: ByToken
    reason: ByToken
    marked: ByToken
    side: ByToken
    naming: ByToken


class Phrasings(_Table):
    """Every table of the file."""

    orders: Choices
    coverage: ByToken
    result: ByToken
    one: ByToken
    many: ByToken
    of: ByToken
    details: Details


@cache
def load_phrasings() -> Phrasings:
    """Return the phrasings that ship; raises pydantic.ValidationError, which names every key that is wrong."""
    text = files("inference.training.phrases").joinpath("phrasings.toml").read_text(encoding="utf-8")
    return Phrasings.model_validate(tomllib.loads(text))
