"""What guidelines suggest beside the answers of `osteonode read`, for people and as data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydicom import Dataset

from reporting.recommendations import describe, recommend
from reporting.source import Source
from reporting.wording import SUGGESTION

if TYPE_CHECKING:
    from dicom_node.cli.offline_reading import Answered
    from reporting.guidelines import Recommendation


def list_suggestions(answered: "Answered") -> list[dict[str, Any]]:
    """Return what `--json` says of an image: one object per suggestion, the most specific first."""
    return [
        {
            "text": row.text,
            "note": SUGGESTION,
            "guideline": row.guideline.name,
            "year": row.guideline.year,
            "clause": row.clause,
            "applies_to": row.applies_to,
            "url": row.guideline.url,
        }
        for row in _suggest(answered)
    ]


def print_suggestions(answered: "Sequence[Answered]") -> None:
    """Print the suggestions of every image that has some, each with its source, to stdout."""
    for each in answered:
        for row in _suggest(each):
            text, source = describe(row)
            print(f"{each.image.path.name}: {text}\n  {source}")


def _suggest(answered: "Answered") -> "tuple[Recommendation, ...]":
    # Without a header neither age nor body part is known, and rows that ask for them do not fit.
    return recommend(answered.read.reading, Source(answered.image.header or Dataset()))
