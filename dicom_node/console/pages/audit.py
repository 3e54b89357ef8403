"""Audit: who did what, when, and how it ended. That somebody looked is a record, too."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.responses import Response

from dicom_node.audit_ports import AuditRecord, AuditSearch
from dicom_node.console.noting import note
from dicom_node.console.page import Get, Page
from dicom_node.console.visit import Visit
from domain.audit import EventID, EventType
from domain.audit import Role as Part
from domain.audit_templates import audit_log_used
from domain.role import Role

#: Records of one page; one more is asked for, to know whether there is another page.
ROWS: Final = 50
_EVENTS: Final[Mapping[str, EventID]] = {each.name.lower(): each for each in EventID}


def show(visit: Visit) -> Response:
    """Show the records that match what stands behind the question mark, the newest first."""
    search = read_search(visit)
    _note(visit, search)
    found = visit.services.audit.records(search, limit=ROWS + 1)
    rows = found[:ROWS]
    return visit.render(
        "audit.html",
        rows=rows,
        asked={name: visit.query(name) for name in ("event", "who", "study", "from", "to", "failures")},
        events=[(name, f"audit.event_{name}") for name in _EVENTS],
        is_narrowed=search != AuditSearch(),
        older=rows[-1].number if len(found) > ROWS else None,
        key_of=key_of,
        address_of=address_of,
    )


def read_search(visit: Visit) -> AuditSearch:
    """Return what is looked for; what cannot be read is not asked for."""
    before = visit.query("before")
    until = _day(visit.query("to"))
    return AuditSearch(
        event_id=_EVENTS.get(visit.query("event")),
        who=visit.query("who").strip(),
        study_instance_uid=visit.query("study").strip(),
        since=_day(visit.query("from")),
        until=until + timedelta(days=1) if until else None,
        before=int(before) if before.isdecimal() else None,
        failures=visit.query("failures") == "1",
    )


def key_of(record: AuditRecord) -> str:
    """Return which words say what happened: of its type where it has one, else of its kind."""
    said: EventID | EventType = record.event.types[0] if record.event.types else record.event.event_id
    return f"audit.event_{said.name.lower()}"


def address_of(record: AuditRecord) -> str:
    """Return from where it was asked for."""
    participants = record.event.participants
    asking = next((each for each in participants if each.is_requestor), participants[0])
    return "" if asking.role is Part.APPLICATION else asking.address


def _day(text: str) -> datetime | None:
    """Return the beginning of a day in the zone of this machine, None where it is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone().astimezone(UTC)
    except ValueError:
        return None


def _note(visit: Visit, search: AuditSearch) -> None:
    """Record that somebody looks; a further page of the same search is the same look."""
    if visit.visitor is not None and search.before is None:
        note(visit, audit_log_used(visit.visitor.name, address=visit.visitor.address))


PAGE = Page("audit", Role.ADMINISTRATOR, (Get("/audit", show),), icon="audit", warms=True)
