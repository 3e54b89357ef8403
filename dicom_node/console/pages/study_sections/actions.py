"""What a person may do with a study now."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from dicom_node.console.pages.study_actions import RETRACTION_REASONS, list_actions
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.study_ports import StudyFile
from domain.role import Role
from reporting.translation import load_translation


def describe(visit: Visit, file: StudyFile) -> Mapping[str, Any] | None:
    """Return the actions with what their forms ask; None where there is none, or for who only looks."""
    actions = list_actions(file) if visit.visitor and visit.visitor.role.may(Role.OPERATOR) else ()
    names = load_translation(visit.words.language)
    if not actions:
        return None
    return {
        "path": f"/studies/{quote(file.row.study_instance_uid)}",
        "actions": actions,
        "reasons": [(value, names.retractions[value]) for value in RETRACTION_REASONS],
        "destinations": sorted({name.partition(":")[0] for name in file.row.deliveries}),
    }


SECTION: Final = Section("study/actions.html", describe)
