"""Which suggestions of public guidelines fit an image: off unless a site turns them on, never beside an absence.

They are chosen from what is known for sure: the state and the type the models state, the place on which header and
models agree, and an age the header does not contradict. What is not known, no row that asks for it is shown for.
"""

from domain.finding import ImageReading
from reporting import codes, wording
from reporting.fracture_types import find_type
from reporting.guidelines import Recommendation, load_recommendations
from reporting.source import Source
from reporting.statement import ImageStatement, StudyStatement

MOST_PER_IMAGE = 3


def suggest(statement: StudyStatement, image: ImageStatement) -> tuple[Recommendation, ...]:
    """Return what the documents suggest beside an image: nothing unless the site has turned suggestions on."""
    return recommend(image.reading, image.source) if statement.study.reporting.recommendations else ()


def recommend(reading: ImageReading, source: Source) -> tuple[Recommendation, ...]:
    """Return at most `MOST_PER_IMAGE` rows that fit a reading and its header, the most specific first.

    Nothing for an image that was not read, or where no fracture was detected.
    """
    rows = [row for row in load_recommendations() if _fits(row, reading, source)]
    return tuple(sorted(rows, key=specificity, reverse=True)[:MOST_PER_IMAGE])


def specificity(row: Recommendation) -> tuple[int, bool, int]:
    """Order of rows: by how many kinds of condition a row names; among equals a named place, then fewer places."""
    kinds = (row.types, row.places, row.age_from_years or row.age_below_years, len(row.states) == 1)
    return sum(bool(kind) for kind in kinds), bool(row.places), -len(row.places)


def describe(row: Recommendation) -> tuple[str, str]:
    """What people read: the suggestion, and that it is no more than that with its source."""
    return row.text, f"{wording.SUGGESTION}. Source: {row.source}"


def _fits(row: Recommendation, reading: ImageReading, source: Source) -> bool:
    if reading.fracture is None or reading.fracture.state not in row.states:
        return False
    region = reading.region.label if reading.region else ""
    return (
        (not row.places or find_place(region, source.body_part) in row.places)
        and (not row.types or _name_type(reading) in row.types)
        and _is_of_age(row, source.age_years)
    )


def find_place(region: str, body_part_examined: str) -> str:
    """Return the narrowest word for the place, in lower case; empty where header and models name different ones."""
    if body_part_examined not in codes.BODY_PARTS:
        return region
    named = body_part_examined.lower()
    return "" if named != region and codes.contradicts(region, body_part_examined) else named


def _name_type(reading: ImageReading) -> str:
    """The type that the documents state, empty where they state none."""
    stated = find_type(reading)
    return stated.label if stated is not None else ""


def _is_of_age(row: Recommendation, age_years: int | None) -> bool:
    start, end = row.age_from_years, row.age_below_years
    if start is None and end is None:
        return True
    return age_years is not None and (start or 0) <= age_years < (end or 200)
