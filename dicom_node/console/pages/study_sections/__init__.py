"""The sections of the page of a study, in their order: each a module here, and a template in templates/study/."""

from typing import Final

from dicom_node.console.pages.study_sections import (
    actions,
    documents,
    final_report,
    history,
    images,
    orders,
    routing,
    statement,
)
from dicom_node.console.section import Section
from dicom_node.study_ports import StudyFile

#: What was found and made, one below the other.
MAIN: Final[tuple[Section[StudyFile], ...]] = (
    statement.SECTION,
    final_report.SECTION,
    images.SECTION,
    documents.SECTION,
    orders.SECTION,
    routing.SECTION,
)
#: Beside it, on a phone below it: what can be done, and what happened.
SIDE: Final[tuple[Section[StudyFile], ...]] = (actions.SECTION, history.SECTION)
