"""What was measured of these models on the validation images."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit

#: In the order of the table; other measures are left out.
MEASURES: Final = (
    "roc_auc",
    "average_precision",
    "sensitivity_at_90_specificity",
    "expected_calibration_error",
)
STATEMENTS: Final = ("present", "doubt", "absent", "not_analysed")


def describe(_visit: Visit, models: ServingModels) -> Mapping[str, Any]:
    """Return the measures, or that there are none of these models."""
    return {
        "evaluation": models.evaluation,
        "is_of_others": models.is_of_others,
        "measures": MEASURES,
        "statements": STATEMENTS,
    }


SECTION: Final = Section("models/evaluation.html", describe)
