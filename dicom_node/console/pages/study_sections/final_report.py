"""What the final report of a study says of a fracture, beside our answer."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.study_ports import StudyFile


def describe(visit: Visit, file: StudyFile) -> Mapping[str, Any] | None:
    """Return the reports and what they were compared with; None where none came.

    Their numbers are shown to those who may see patients alone.
    """
    comparisons = visit.services.report_comparisons
    reports = comparisons.reports_of(file.row.study_instance_uid)
    if not reports:
        return None
    compared = comparisons.comparison_of(file.row.study_instance_uid)
    return {"reports": reports, "compared": compared, "sees_numbers": visit.sees_patients}


SECTION: Final = Section("study/final_report.html", describe)
