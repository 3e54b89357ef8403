"""What keeps the audit trail of a running node, put together: starts and stops, transfers, alerts, and its sending."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from socket import gethostname
from typing import Final

from sqlalchemy import Engine

from config.completion import Query
from config.settings import Destination, Settings
from dicom_node.deliver.audit_message import AuditSource, write_message, write_syslog
from dicom_node.deliver.syslog import SyslogSender
from dicom_node.ledger.audit_outbox import LedgerAuditOutbox
from dicom_node.ledger.audit_patients import StudyPatients
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.audit_transfers import AuditTransfers
from dicom_node.pipeline.auditing import AuditSending
from dicom_node.ports import Clock
from dicom_node.receive.security_alerts import SecurityAlerts
from dicom_node.repeating import Repeating
from domain.audit import AuditEvent, Participant, Role
from domain.audit_templates import application_activity, name_node, query
from domain.errors import LedgerError

TRANSFERS_SECONDS: Final = 5.0
SENDING_SECONDS: Final = 1.0
#: Study Root Query/Retrieve Information Model - FIND (PS3.4 C.6.2).
_STUDY_ROOT_FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"


def begin_audit(settings: Settings, engine: Engine, clock: Clock, stops: ExitStack) -> Callable[..., None]:
    """Record that the node starts, and from now on what it does; `stops` records that it stops, and ends the rest.

    Returns:
        What is to be told before a source is asked about a study: by C-FIND, or by the SOP class that is named third.
    """
    node = name_node(settings.node.ae_title)
    trail = LedgerAuditTrail(engine, clock, StudyPatients(engine, settings.node.data))
    trail.record(application_activity(node, started=True))
    _begin_sending(settings, engine, trail, node, stops)
    stops.callback(lambda: trail.record(application_activity(node, started=False)))
    peers = {each.name: _name_peer(each) for each in settings.destination}
    transfers = AuditTransfers(engine, trail, clock, node, peers)
    stops.callback(transfers.look)  # what was sent in the last seconds
    loop = Repeating("audit", TRANSFERS_SECONDS, transfers.look)
    alerts = SecurityAlerts(trail, node)
    for part in (loop, alerts):
        part.start()
        stops.callback(part.stop)
    return partial(_note_query, trail, node)


def make_send(settings: Settings, stops: ExitStack) -> Callable[[Sequence[AuditEvent]], None]:
    """Return what sends events to the repository of a configuration."""
    source = AuditSource(
        settings.audit.source_id or settings.node.ae_title,
        settings.audit.enterprise_site_id,
        gethostname(),
        os.getpid(),
    )
    sender = SyslogSender(settings.audit)
    stops.callback(sender.close)
    return partial(_send, sender, source)


def _begin_sending(
    settings: Settings, engine: Engine, trail: LedgerAuditTrail, node: Participant, stops: ExitStack
) -> None:
    audit = settings.audit
    if not audit.repository:
        return
    outbox = LedgerAuditOutbox(engine)
    sending = AuditSending(
        outbox,
        trail,
        make_send(settings, stops),
        most_waiting=audit.most_waiting,
        retry_seconds=audit.retry_seconds,
        reporter=node,
    )
    stops.callback(sending.finish)
    loop = Repeating("audit-sending", SENDING_SECONDS, sending.look)
    loop.start()
    stops.callback(loop.stop)


def _send(sender: SyslogSender, source: AuditSource, events: Sequence[AuditEvent]) -> None:
    sender.send(
        [write_syslog(write_message(each, source), source, each.occurred_at) for each in events if each.occurred_at]
    )


def _note_query(
    trail: LedgerAuditTrail,
    node: Participant,
    asked: Query,
    study_instance_uid: str,
    sop_class_uid: str = _STUDY_ROOT_FIND,
) -> None:
    """Record a question; whether it is asked does not hang on that."""
    asking = replace(node, is_requestor=True, role=Role.SOURCE)
    answering = Participant(asked.ae_title, (asked.ae_title,), role=Role.DESTINATION, address=asked.host)
    with suppress(LedgerError):
        trail.record(query(asking, answering, sop_class_uid, f"(0020,000D) {study_instance_uid}"))


def _name_peer(destination: Destination) -> Participant:
    titles = (destination.ae_title,) if destination.kind == "dicom" else ()
    where = destination.url or str(destination.folder or "") or destination.name
    who = destination.ae_title if destination.kind == "dicom" else where
    role = Role.DESTINATION_MEDIA if destination.kind in ("hl7", "folder") else Role.DESTINATION
    return Participant(who, titles, name=destination.name, role=role, address=destination.host)
