"""One study: how far it is, what was said of it, its history, its images and documents, and what a person may do."""

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from dicom_node.console.page import Get, Page, Post
from dicom_node.console.pages import study_documents
from dicom_node.console.pages.study_actions import act
from dicom_node.console.pages.study_sections import MAIN, SIDE
from dicom_node.console.patients import read_patient
from dicom_node.console.section import describe_all
from dicom_node.console.study_address import find_study, note_look
from dicom_node.console.study_states import describe_row, list_stages
from dicom_node.console.visit import Visit
from domain.role import Role
from domain.study import StudyState


def show(visit: Visit) -> Response:
    """Show a study; that somebody looked is recorded, unless the page only looks again on its own."""
    file = find_study(visit)
    note_look(visit, file)
    return visit.render(
        "study.html",
        row=file.row,
        shown=describe_row(file.row),
        here_path=f"/studies/{quote(file.row.study_instance_uid)}",
        stages=list_stages(file),
        wait=visit.services.studies.wait(file.row.study_instance_uid) if file.row.state is StudyState.OPEN else None,
        patient=read_patient(file.header) if visit.sees_patients and file.header else None,
        main_parts=describe_all(MAIN, visit, file),
        side_parts=describe_all(SIDE, visit, file),
    )


PAGE: Final = Page(
    "study",
    Role.VIEWER,
    (
        Get("/studies/{study}", show),
        Post("/studies/{study}/act", act),
        *study_documents.ROUTES,
    ),
)
