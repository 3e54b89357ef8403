"""Studies: which there are and where each stands; looked for by number, sender, state and day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from starlette.responses import Response

from dicom_node.console.page import Get, Page, Post
from dicom_node.console.study_states import STANDINGS, describe_row
from dicom_node.console.visit import Visit
from dicom_node.study_ports import MOST_ROWS, Cursor, Standing, StudyQuery
from domain.role import Role

_ROWS: Final = 50
_LONGEST: Final = 64
#: Stands between the two parts of a cursor in an address; in no UID and no time.
_BETWEEN: Final = "~"
#: Years of days and cursors; at the ends of the calendar no zone can be converted into another.
_YEARS: Final = range(1900, 2200)
_FILTERS: Final = ("q", "standing", "sender", "from", "to")


def show(visit: Visit) -> Response:
    """Show a page of studies; everything that narrows it stands in the address, which can be kept or sent on."""
    asked = {name: _clean(visit.query(name)) for name in _FILTERS}
    return _answer(visit, read_query(asked, visit.query("after")), asked)


def find_patient(visit: Visit) -> Response:
    """Show the studies of a patient: posted, so that the Patient ID stands in no address and no log."""
    if not visit.sees_patients:
        return visit.go("/studies", "studies.no_patients", "bad")
    patient_id = _clean(visit.field("patient_id"))
    if not patient_id:
        return visit.go("/studies")
    query = StudyQuery(patient_id=patient_id, limit=MOST_ROWS)
    return _answer(visit, query, dict.fromkeys(_FILTERS, ""), patient_id)


def _clean(text: str) -> str:
    """Return what somebody looks for; nothing where it cannot be typed: not every database takes a NUL."""
    return text.strip()[:_LONGEST] if text.isprintable() else ""


def _answer(visit: Visit, query: StudyQuery, asked: Mapping[str, str], patient_id: str = "") -> Response:
    page = visit.services.studies.search(query)
    return visit.render(
        "studies.html",
        rows=[describe_row(row) for row in page.rows],
        following=write_cursor(page.following) if page.following and not patient_id else "",
        is_first=query.after is None,
        asked=asked,
        patient_id=patient_id,
        is_narrowed=bool(patient_id or any(asked.values())),
        standings=[(each.value, STANDINGS[each].key) for each in Standing],
        senders=visit.services.studies.senders(),
    )


def read_query(asked: Mapping[str, str], after: str = "") -> StudyQuery:
    """Return what the filters of an address mean; one that cannot be read narrows nothing."""
    standing = asked.get("standing", "")
    query = StudyQuery(
        text=asked.get("q", ""),
        calling_ae_title=asked.get("sender", ""),
        standing=Standing(standing) if standing in set(Standing) else None,
        arrived_from=_read_day(asked.get("from", "")),
        after=read_cursor(after),
        limit=_ROWS,
    )
    last_day = _read_day(asked.get("to", ""))
    return query if last_day is None else replace(query, arrived_before=last_day + timedelta(days=1))


def write_cursor(cursor: Cursor) -> str:
    """Return a cursor as it stands in an address."""
    return f"{cursor.last_arrival_at.isoformat()}{_BETWEEN}{cursor.study_instance_uid}"


def read_cursor(text: str) -> Cursor | None:
    """Return the cursor of an address, None where there is none or somebody else wrote it."""
    moment, _, uid = text.partition(_BETWEEN)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Cursor(at, uid[:_LONGEST]) if at.tzinfo is not None and at.year in _YEARS and uid else None


def _read_day(text: str) -> datetime | None:
    """Return the beginning of a day in the zone of this machine."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time()).astimezone() if day.year in _YEARS else None


PAGE: Final = Page(
    "studies",
    Role.VIEWER,
    (Get("/studies", show), Post("/studies", find_patient, role=Role.VIEWER)),
    icon="studies",
    warms=True,
)
