"""The suggestions of public guidelines as data: rows that are checked when they are loaded.

The rows are in recommendations.toml; docs/recommendations.md says how they are chosen and who must read them.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from domain.finding import FractureState
from reporting import codes

#: ASCII without backslash: it stands in DICOM text of any character set.
Words = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[ -\[\]-~]+$")]
#: One sentence, as short as a radiologist's patience.
Sentence = Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Z][ -\[\]-~]+\.$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+/[!-~]*$")]
Years = Annotated[int, Field(ge=0, le=120)]

_DOSE = re.compile(r"\d\s*(mg|mcg|micrograms?|g|ml|iu|units?)\b", re.IGNORECASE)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Guideline(_Row):
    """A published guideline, in the edition that was read."""

    name: Words
    year: int = Field(ge=1990, le=2100)
    url: Url


class Recommendation(_Row):
    """What one clause of a guideline suggests, whom it is for, and where it is shown.

    Attributes:
        clause: number or heading of the clause.
        applies_to: the people the clause is for, as it says.
        states: statements about the fracture it is shown beside; never absence.
        places: regions of the models and body parts of PS3.16 Annex L in lower case; empty fits every image.
        types: types of fracture; empty fits every image.
        age_from_years, age_below_years: ages in whole years; a row that names one is not shown where no age is known.
    """

    identifier: Identifier
    guideline: Guideline
    clause: Words
    text: Sentence
    applies_to: Words
    states: tuple[FractureState, ...] = Field(min_length=1)
    places: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    age_from_years: Years | None = None
    age_below_years: Years | None = None

    @field_validator("text")
    @classmethod
    def _is_one_sentence_without_a_dose(cls, value: str) -> str:
        if ". " in value:
            raise ValueError("a suggestion is one sentence")
        if _DOSE.search(value):
            raise ValueError("a suggestion names no dose")
        return value

    @field_validator("states")
    @classmethod
    def _speaks_of_a_fracture(cls, value: tuple[FractureState, ...]) -> tuple[FractureState, ...]:
        if FractureState.ABSENT in value:
            raise ValueError("nothing is suggested where no fracture was detected")
        return value

    @field_validator("places")
    @classmethod
    def _names_known_places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = {*codes.REGIONS, *(part.lower() for part in codes.BODY_PARTS)}
        if unknown := set(value) - known:
            raise ValueError(f"unknown places: {', '.join(sorted(unknown))}")
        return value

    @model_validator(mode="after")
    def _has_an_age_to_be_of(self) -> "Recommendation":
        start, end = self.age_from_years, self.age_below_years
        if start is not None and end is not None and start >= end:
            raise ValueError("age_from_years lies below age_below_years")
        return self

    @property
    def source(self) -> str:
        """Where it stands, whom it is for and where to read it."""
        guideline = self.guideline
        return f"{guideline.name} ({guideline.year}), {self.clause}; for {self.applies_to}; {guideline.url}"


@cache
def load_recommendations() -> tuple[Recommendation, ...]:
    """Return every row, in the order of the file. Raises ValueError where the file is not what it must be."""
    return parse_recommendations(files("reporting").joinpath("recommendations.toml").read_text(encoding="utf-8"))


def parse_recommendations(text: str) -> tuple[Recommendation, ...]:
    """Return the rows of a TOML text. Raises ValueError, naming the row, for a row that is not what it must be."""
    table = tomllib.loads(text)
    guidelines = {key: Guideline.model_validate(row) for key, row in table["guidelines"].items()}
    rows = tuple(_join(row, guidelines) for row in table["recommendation"])
    identifiers = [row.identifier for row in rows]
    if len(identifiers) != len(set(identifiers)):
        raise ValueError("two recommendations have the same identifier")
    if unused := set(guidelines) - {row["guideline"] for row in table["recommendation"]}:
        raise ValueError(f"no recommendation quotes {', '.join(sorted(unused))}")
    return rows


def _join(row: dict[str, Any], guidelines: dict[str, Guideline]) -> Recommendation:
    if row["guideline"] not in guidelines:
        raise ValueError(f"{row['identifier']} quotes an unknown guideline")
    return Recommendation.model_validate(row | {"guideline": guidelines[row["guideline"]]})
