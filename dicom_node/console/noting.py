"""Recording what a visitor did."""

from dicom_node.act_records import ActRecords
from dicom_node.console.visit import Visit
from domain.audit import AuditEvent

#: Whom the trail names where a page is for everybody.
_NOBODY = "unknown"


def acts_of(visit: Visit) -> ActRecords:
    """Return what records the acts of a visitor."""
    trail = visit.services.access.trail
    if visit.visitor is None:
        return ActRecords(trail, _NOBODY)
    return ActRecords(trail, visit.visitor.name, visit.visitor.address)


def note(visit: Visit, event: AuditEvent) -> None:
    """Record an event."""
    acts_of(visit).note(event)
