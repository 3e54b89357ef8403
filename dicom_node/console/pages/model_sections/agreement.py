"""Agreement: what the final reports say beside our answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.report_agreement import count_agreement
from domain.final_report import ReportStatement, StudyAnswer
from domain.role import Role
from reporting.translation import load_translation

DAYS: Final = 90
#: Studies of a list that a person can go through; `osteonode agreement --studies` has all of them.
MOST_STUDIES: Final = 20
MEASURES: Final = (
    "sensitivity",
    "sensitivity_present",
    "specificity",
    "predictive_value",
    "negative_predictive_value",
    "kappa",
)
STATEMENTS: Final = (
    ReportStatement.FRACTURE,
    ReportStatement.DOUBTFUL,
    ReportStatement.NO_FRACTURE,
    ReportStatement.NOT_STATED,
)


def describe(visit: Visit, _models: ServingModels) -> Mapping[str, Any] | None:
    """Return the agreement of the last DAYS; None where this node takes no final reports."""
    services = visit.services
    if services.settings.final_reports is None:
        return None
    since = services.clock.now() - timedelta(days=DAYS)
    everything, *groups = count_agreement(services.report_comparisons.tallies(since))
    may_open = visit.visitor is not None and visit.visitor.role.may(Role.OPERATOR)
    return {
        "days": DAYS,
        "all": everything,
        "groups": groups,
        "reports": services.report_comparisons.reports_now(since),
        "contradicting": services.report_comparisons.contradicting(since, MOST_STUDIES) if may_open else None,
        "answers": tuple(StudyAnswer),
        "statements": STATEMENTS,
        "measures": MEASURES,
        "regions": load_translation(visit.words.language).regions,
    }


SECTION: Final = Section("models/agreement.html", describe)
