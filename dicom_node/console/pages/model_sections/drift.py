"""Drift: whether the models say here what they said where they were validated."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.drift.scores import DAYS, LEAST_IMAGES, DriftVerdict
from reporting.translation import load_translation

#: How a verdict on drift looks.
TONES: Final = {
    DriftVerdict.SAME: "good",
    DriftVerdict.DIFFERS: "held",
    DriftVerdict.TOO_FEW: "plain",
    DriftVerdict.NO_REFERENCE: "plain",
    DriftVerdict.LEARNING: "plain",
}


def describe(visit: Visit, _models: ServingModels) -> Mapping[str, Any]:
    """Return a line for each sender and region."""
    return {
        "lines": visit.services.drift(),
        "days": DAYS,
        "least_images": LEAST_IMAGES,
        "tones": TONES,
        "regions": load_translation(visit.words.language).regions,
    }


SECTION: Final = Section("models/drift.html", describe)
