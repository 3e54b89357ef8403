"""Studies: which there are, and what happened to one."""

import base64
import binascii
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dicom_node.agreement_ports import StudyReport
from dicom_node.console.api.answers import (
    ComparedBody,
    FinalReportBody,
    HappeningBody,
    StudyBody,
    StudyHistoryBody,
    StudyListBody,
)
from dicom_node.console.api.endpoint import Call, Endpoint
from dicom_node.console.api.problems import Problem
from dicom_node.study_ports import MOST_ROWS, Cursor, Happening, Standing, StudyQuery, StudyRow
from domain.final_report import ReportStatus
from domain.finding import FractureState

_TITLE: Final = 16
_UID: Final = 64


class StudiesQuery(BaseModel):
    """Which studies are meant; what is left out does not matter."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=_UID, description="An accession number, an AE title or part of a UID.")
    accession_number: str = Field("", max_length=_UID, description="The whole of it.")
    study_instance_uid: str = Field("", max_length=_UID, description="The whole of it.")
    calling_ae_title: str = Field("", max_length=_TITLE, description="Of a sender.")
    standing: Standing | None = Field(
        None,
        description="Where they stand; `undelivered` and `failed` speak of deliveries; of `shadow`, nothing was sent.",
    )
    arrived_from: AwareDatetime | None = Field(None, description="The last image came then or later; with a zone.")
    arrived_before: AwareDatetime | None = Field(None, description="The last image came earlier; with a zone.")
    limit: int = Field(50, ge=1, le=MOST_ROWS, description="Most studies of a page.")
    after: str = Field("", max_length=200, description="`following` of the page before.")


def search(call: Call) -> StudyListBody:
    """Return a page of studies."""
    asked: StudiesQuery = call.query
    values = asked.model_dump(exclude={"after"})
    page = call.parts.studies.search(StudyQuery(**values, after=_read_cursor(asked.after)))
    following = _write_cursor(page.following) if page.following else None
    return StudyListBody(studies=tuple(map(describe, page.rows)), following=following)


def show(call: Call) -> StudyHistoryBody:
    """Return one study with its history."""
    uid = call.path_value("study_instance_uid")
    study = describe(find(call, uid))
    if call.visitor is not None:
        call.parts.studies.looked(call.by, uid, call.visitor.address)
    sees, compared = _sees_patients(call), call.parts.reports.comparison_of(uid)
    return StudyHistoryBody(
        study=study,
        history=tuple(_happening(each, sees) for each in call.parts.timeline(uid)),
        final_reports=tuple(_report(each, sees) for each in call.parts.reports.reports_of(uid)),
        compared=ComparedBody(**{name: getattr(compared, name) for name in ComparedBody.model_fields})
        if compared is not None
        else None,
    )


def find(call: Call, study_instance_uid: str) -> StudyRow:
    """Return the latest version of a study. Raises Problem where there is none."""
    rows = call.parts.studies.search(StudyQuery(study_instance_uid=study_instance_uid, limit=1)).rows
    if not rows:
        raise Problem("not-found", "the ledger has no such study")
    return rows[0]


def describe(row: StudyRow) -> StudyBody:
    """Return a study as the API has it."""
    values = {name: getattr(row, name) for name in StudyBody.model_fields}
    return StudyBody(**values | {"fracture": FractureState(row.fracture) if row.fracture else None})


def _sees_patients(call: Call) -> bool:
    return call.visitor is not None and call.visitor.sees_patients


def _report(each: StudyReport, sees_numbers: bool) -> FinalReportBody:
    """Return a final report as the page of a study has it: its numbers lead to a patient."""
    stands = each.status is not ReportStatus.WITHDRAWN
    return FinalReportBody(
        status=each.status,
        statement=each.statement if stands else None,
        rule=each.rule,
        received_at=each.received_at,
        accession_number=each.accession_number if sees_numbers else None,
        control_id=each.control_id if sees_numbers else None,
    )


def _happening(each: Happening, sees_words: bool) -> HappeningBody:
    values = {name: getattr(each, name) for name in HappeningBody.model_fields}
    return HappeningBody(**values | {"facts": dict(each.facts), "words": each.words if sees_words else None})


def _write_cursor(cursor: Cursor) -> str:
    text = f"{cursor.last_arrival_at.isoformat()} {cursor.study_instance_uid}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> Cursor | None:
    if not text:
        return None
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _, uid = decoded.partition(" ")
        moment = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        moment, uid = None, ""
    if moment is None or moment.tzinfo is None or not uid.replace(".", "").isdigit():
        raise Problem("invalid-request", "after: this is no `following` of a page")
    return Cursor(moment, uid)


ENDPOINTS: Final = (
    Endpoint(
        "GET",
        "/studies",
        "searchStudies",
        "A page of studies, newest first.",
        "studies",
        search,
        answers=StudyListBody,
        query=StudiesQuery,
        description="Patients are never searched for here: addresses are logged by proxies.",
    ),
    Endpoint(
        "GET",
        "/studies/{study_instance_uid}",
        "showStudy",
        "One study with everything that happened to it, oldest first.",
        "studies",
        show,
        answers=StudyHistoryBody,
        problems=("not-found",),
    ),
)
