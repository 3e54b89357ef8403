"""Which bundle reads here, in which version."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from inference.zoo import MANIFESTS


def describe(_visit: Visit, models: ServingModels) -> Mapping[str, Any]:
    """Return name, precision and digest, and in which other precisions the bundle is there."""
    others = [each for each, name in MANIFESTS.items() if each != models.precision and (models.bundle / name).is_file()]
    return {"models": models, "others": others}


SECTION: Final = Section("models/bundle.html", describe)
