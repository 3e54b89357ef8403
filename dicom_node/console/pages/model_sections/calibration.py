"""From which probability on something is said, and how often what was said was so."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.reliability_diagram import draw
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from reporting.translation import load_translation


def describe(visit: Visit, models: ServingModels) -> Mapping[str, Any]:
    """Return the operating points, and the reliability diagram where it was measured."""
    evaluation = models.evaluation
    diagram = draw(evaluation.reliability) if evaluation else None
    return {
        "fusion": models.manifest.fusion,
        "evaluation": evaluation,
        "diagram": diagram,
        "regions": load_translation(visit.words.language).regions,
    }


SECTION: Final = Section("models/calibration.html", describe)
