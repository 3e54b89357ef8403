"""The sections of the page models, in their order. A section is a module here, and a template in templates/models/."""

from typing import Final

from dicom_node.console.pages.model_sections import (
    agreement,
    bundle,
    calibration,
    challenger,
    drift,
    evaluation,
    inputs,
    members,
)
from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section

SECTIONS: Final[tuple[Section[ServingModels], ...]] = (
    bundle.SECTION,
    members.SECTION,
    calibration.SECTION,
    drift.SECTION,
    inputs.SECTION,
    challenger.SECTION,
    agreement.SECTION,
    evaluation.SECTION,
)
