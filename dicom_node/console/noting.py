"""Recording what a visitor did; a trail that cannot be written is told in the log, and keeps nobody from acting."""

import logging
from collections.abc import Iterable

from dicom_node.console.visit import Visit
from domain.audit import Action, AuditEvent
from domain.audit_templates import instances_accessed
from domain.errors import LedgerError

_log = logging.getLogger(__name__)


def note(visit: Visit, event: AuditEvent) -> None:
    """Record an event."""
    try:
        visit.services.access.trail.record(event)
    except LedgerError as error:
        _log.error("audit.lost: %s", error, extra={"event": "audit.lost", "code": error.code})


def note_changes(visit: Visit, study_instance_uids: Iterable[str], what: str) -> None:
    """Record that the visitor changed what becomes of some studies.

    Args:
        what: which intervention, in a word or two.
    """
    if visit.visitor is None:
        return
    by, address = visit.visitor.name, visit.visitor.address
    for uid in dict.fromkeys(study_instance_uids):
        note(visit, instances_accessed(by, uid, action=Action.UPDATE, address=address, explanation=what))
