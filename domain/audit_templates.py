"""Audit events as PS3.15 A.5.3 words them: one function per kind, so that nobody chooses codes anywhere else."""

from collections.abc import Sequence
from datetime import datetime
from os import getpid
from socket import gethostname

from domain.audit import (
    Action,
    AuditedPatient,
    AuditedStudy,
    AuditEvent,
    EventID,
    EventOutcome,
    EventType,
    Participant,
    Resource,
    ResourceKind,
    Role,
)

#: The name of a detail that says what an alert is about (PS3.15 A.5.3.11).
ALERT_DESCRIPTION = "Alert Description"


def name_node(ae_title: str) -> Participant:
    """Return this process as A.5.2.1 and A.5.2.2 name it: by its number, its AE title and its machine."""
    return Participant(str(getpid()), (ae_title,), role=Role.APPLICATION, address=gethostname())


def application_activity(process: Participant, *, started: bool, occurred_at: datetime | None = None) -> AuditEvent:
    """Say that the node has started or stopped (A.5.3.1)."""
    kind = EventType.APPLICATION_START if started else EventType.APPLICATION_STOP
    return AuditEvent(EventID.APPLICATION_ACTIVITY, Action.EXECUTE, (process,), types=(kind,), occurred_at=occurred_at)


def user_authentication(
    user_id: str, *, succeeded: bool = True, login: bool = True, address: str = "", explanation: str = ""
) -> AuditEvent:
    """Say that a person has logged in or out, or tried to (A.5.3.12).

    Args:
        login: False is a logout.
        explanation: why it failed; never a password, nor anything that was typed in its place.
    """
    return AuditEvent(
        EventID.USER_AUTHENTICATION,
        Action.EXECUTE,
        (_person(user_id, address),),
        outcome=EventOutcome.SUCCESS if succeeded else EventOutcome.MINOR_FAILURE,
        types=(EventType.LOGIN if login else EventType.LOGOUT,),
        explanation=explanation,
    )


def security_alert(
    kind: EventType,
    reporter: Participant,
    alert: str,
    *,
    others: Sequence[Participant] = (),
    outcome: EventOutcome = EventOutcome.MINOR_FAILURE,
    subject: str = "",
    cause: str = "",
) -> AuditEvent:
    """Say that something touches security: a refused association, too many logins, changed users (A.5.3.11).

    Args:
        alert: one sentence, free of patient names, IDs and dates.
        subject: the node that it is about, by AE title or address; empty where it is about none.
    """
    resources = (Resource(ResourceKind.NODE_ID, subject, details={ALERT_DESCRIPTION: alert}),) if subject else ()
    return AuditEvent(
        EventID.SECURITY_ALERT,
        Action.EXECUTE,
        (reporter, *others),
        outcome=outcome,
        types=(kind,),
        explanation=alert,
        resources=resources,
        cause=cause,
    )


def user_changed(by: str, whom: str, what: str, *, address: str = "", roles: bool = False) -> AuditEvent:
    """Say that somebody has added, removed or changed a user or an API token (A.5.3.11)."""
    kind = EventType.SECURITY_ROLES_CHANGED if roles else EventType.USER_SECURITY_ATTRIBUTES_CHANGED
    subject = Participant(whom)
    return security_alert(kind, _person(by, address), what, others=(subject,), outcome=EventOutcome.SUCCESS)


def baseline_changed(
    by: str, sender: str, *, address: str = "", outcome: EventOutcome = EventOutcome.SUCCESS
) -> AuditEvent:
    """Say that somebody has changed what the later images of a sender are compared with (A.5.3.11).

    Whoever does so ends the alert of drift of that sender.

    Args:
        sender: its AE title.
        outcome: a failure where nothing was known of the sender.
    """
    what = "what the images of this sender are compared with is learned anew"
    kind = EventType.SOFTWARE_CONFIGURATION
    return security_alert(kind, _person(by, address), what, outcome=outcome, subject=sender)


def access_denied(user_id: str, what: str, *, address: str = "") -> AuditEvent:
    """Say that somebody asked for what their role may not do (A.5.3.11, Use of Restricted Function)."""
    return security_alert(EventType.USE_OF_RESTRICTED_FUNCTION, _person(user_id, address), what)


def instances_accessed(
    user_id: str,
    study_instance_uid: str,
    *,
    action: Action = Action.READ,
    address: str = "",
    patient: AuditedPatient | None = None,
    explanation: str = "",
    outcome: EventOutcome = EventOutcome.SUCCESS,
) -> AuditEvent:
    """Say that a person has looked at a study, or changed what becomes of it: retry, hold, retract (A.5.3.6).

    Args:
        action: READ to look, UPDATE for an intervention.
        explanation: which intervention, in a word or two.
        patient: where it is known; recording finds it out of the study otherwise.
    """
    return AuditEvent(
        EventID.INSTANCES_ACCESSED,
        action,
        (_person(user_id, address),),
        outcome=outcome,
        explanation=explanation,
        studies=(AuditedStudy(study_instance_uid),),
        patient=patient,
    )


def put_aside_changed(
    user_id: str,
    number: int,
    what: str,
    *,
    action: Action = Action.UPDATE,
    address: str = "",
    outcome: EventOutcome = EventOutcome.SUCCESS,
) -> AuditEvent:
    """Say that a person took in again or removed an image that was put aside (A.5.3.6); of what study is not known.

    Args:
        number: by which the quarantine lists it.
        what: which intervention, in a word or two.
    """
    return AuditEvent(
        EventID.INSTANCES_ACCESSED,
        action,
        (_person(user_id, address),),
        outcome=outcome,
        explanation=what,
        resources=(Resource(ResourceKind.URI, f"osteonode:quarantine/{number}", name="Quarantine"),),
    )


def instances_transferred(
    source: Participant,
    destination: Participant,
    study: AuditedStudy,
    patient: AuditedPatient | None,
    *,
    action: Action,
    outcome: EventOutcome = EventOutcome.SUCCESS,
    explanation: str = "",
    occurred_at: datetime | None = None,
    cause: str = "",
) -> AuditEvent:
    """Say that instances of one study have gone from one node to another (A.5.3.7).

    Args:
        action: CREATE where the receiver did not have them, READ where it had or nobody knows.
        cause: the transfer, so that it is told once.
    """
    return AuditEvent(
        EventID.INSTANCES_TRANSFERRED,
        action,
        (source, destination),
        outcome=outcome,
        explanation=explanation,
        occurred_at=occurred_at,
        studies=(study,),
        patient=patient,
        cause=cause,
    )


def study_deleted(user_id: str, study_instance_uid: str, *, address: str = "", explanation: str = "") -> AuditEvent:
    """Say that what the node kept of a study was removed (A.5.3.8)."""
    return AuditEvent(
        EventID.STUDY_DELETED,
        Action.DELETE,
        (_person(user_id, address),),
        explanation=explanation,
        studies=(AuditedStudy(study_instance_uid),),
    )


def data_export(
    user_id: str,
    medium: str,
    *,
    studies: Sequence[str] = (),
    patient: AuditedPatient | None = None,
    address: str = "",
    explanation: str = "",
) -> AuditEvent:
    """Say that data has left by a download, a backup or a file (A.5.3.4).

    Args:
        medium: what it left on or through, such as the folder of a backup or the address of a page.
    """
    exporter = Participant(user_id, is_requestor=True, role=Role.SOURCE, address=address)
    return AuditEvent(
        EventID.EXPORT,
        Action.READ,
        (exporter, Participant(medium, role=Role.DESTINATION_MEDIA)),
        explanation=explanation,
        studies=tuple(AuditedStudy(each) for each in studies),
        patient=patient,
    )


def data_import(user_id: str, medium: str, *, studies: Sequence[str] = (), address: str = "") -> AuditEvent:
    """Say that data has come in from a medium or an upload (A.5.3.5)."""
    importer = Participant(user_id, is_requestor=True, role=Role.DESTINATION, address=address)
    return AuditEvent(
        EventID.IMPORT,
        Action.CREATE,
        (importer, Participant(medium, role=Role.SOURCE_MEDIA)),
        studies=tuple(AuditedStudy(each) for each in studies),
    )


def query(
    asking: Participant, answering: Participant, sop_class_uid: str, identifier: str, *, by: str = "", study: str = ""
) -> AuditEvent:
    """Say that one node has asked another for what it has (A.5.3.10).

    Args:
        identifier: what was asked for, as text; it may name a study, so it is shown like a patient's name.
        by: the person who has the node ask; empty where it asks by itself.
        study: Study Instance UID of the study here that it is about; empty where it is about none.
    """
    asked = Resource(ResourceKind.SOP_CLASS_UID, sop_class_uid, query=identifier)
    return AuditEvent(
        EventID.QUERY,
        Action.EXECUTE,
        (*((_person(by, ""),) if by else ()), asking, answering),
        resources=(asked,),
        studies=(AuditedStudy(study),) if study else (),
    )


def audit_log_used(user_id: str, *, address: str = "", uri: str = "osteonode:audit") -> AuditEvent:
    """Say that a person has looked at the audit trail (A.5.3.2)."""
    log = Resource(ResourceKind.URI, uri, name="Security Audit Log")
    return AuditEvent(EventID.AUDIT_LOG_USED, Action.READ, (_person(user_id, address),), resources=(log,))


def _person(user_id: str, address: str) -> Participant:
    return Participant(user_id, is_requestor=True, address=address)
