"""The members of the bundle: what each is for, how much it counts, and how long it takes here."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from reporting.translation import load_translation


def describe(visit: Visit, models: ServingModels) -> Mapping[str, Any]:
    """Return the members, and their times on this machine by name and version."""
    times = visit.services.reading_times.member_times(models.digest)
    return {
        "manifest": models.manifest,
        "times": {(each.model, each.version): each for each in times},
        "regions": load_translation(visit.words.language).regions,
    }


SECTION: Final = Section("models/members.html", describe)
