"""What a challenger says of the images that these models have answered."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.challenger_ports import ChallengeState
from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.reader_comparison import DAYS, ReaderComparison
from domain.comparison import Statement
from domain.errors import ModelError
from inference.diagnostic_accuracy import Estimate


def describe(visit: Visit, _models: ServingModels) -> Mapping[str, Any] | None:
    """Return the comparison; no section where no challenger is configured and none has read here."""
    try:
        found = visit.services.comparison()
    except ModelError as error:  # of the challenger: what the page says of the champion stands
        return {"trouble": str(error), "days": DAYS}
    if found is None:
        return None
    return {
        "trouble": "",
        "found": found,
        "agreement": found.agreement,
        "days": DAYS,
        "states": [(each.value, found.states.get(each, 0)) for each in ChallengeState],
        "statements": [
            (each.value, found.champion.statements.get(each, 0), found.challenger.statements.get(each, 0))
            for each in Statement
        ],
        "shares": _list_shares(found),
        "medians": [_median(each.milliseconds) for each in (found.champion, found.challenger)],
    }


def _list_shares(found: ReaderComparison) -> list[tuple[str, Estimate | None, Estimate | None]]:
    if found.reported is None:
        return []
    one, other = found.reported
    sensitivity = ("sensitivity", one.sensitivity, other.sensitivity)
    return [sensitivity, ("specificity", one.specificity, other.specificity)]


def _median(percentiles: tuple[float, ...]) -> float | None:
    return percentiles[len(percentiles) // 2] if percentiles else None


SECTION: Final = Section("models/challenger.html", describe)
