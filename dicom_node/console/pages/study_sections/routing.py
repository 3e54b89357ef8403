"""Which route was taken with each version of an answer, and why."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.study_ports import StudyFile


def describe(_visit: Visit, file: StudyFile) -> Mapping[str, Any] | None:
    """Return the routings by version, where routes were asked at all."""
    told = {version: each for version, each in file.routings.items() if each.judged or each.corrected}
    if not told:
        return None
    return {"routings": told, "has_several": len(file.routings) > 1, "unsent": file.shadow_versions}


SECTION: Final = Section("study/routing.html", describe)
