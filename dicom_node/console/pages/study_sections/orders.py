"""The orders that images of a study name."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.study_ports import StudyFile


def describe(_visit: Visit, file: StudyFile) -> Mapping[str, Any] | None:
    """Return the orders; None where there is none."""
    return {"orders": file.orders} if file.orders else None


SECTION: Final = Section("study/orders.html", describe)
