"""An audit event as text and back: one text for one event, so that a digest of it means something."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

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

#: The digest before the first one.
GENESIS: Final = "0" * 64


def write_content(event: AuditEvent, occurred_at: datetime) -> str:
    """Return all that an event says but its patient, as JSON with sorted keys."""
    content = {
        "event": event.event_id.name,
        "action": event.action.value,
        "outcome": int(event.outcome),
        "types": [each.name for each in event.types],
        "explanation": event.explanation,
        "occurred_at": occurred_at.astimezone(UTC).isoformat(),
        "participants": [_write_participant(each) for each in event.participants],
        "studies": [
            {
                "study_instance_uid": each.study_instance_uid,
                "sop_classes": dict(each.sop_classes),
                "accession_number": each.accession_number,
            }
            for each in event.studies
        ],
        "resources": [_write_resource(each) for each in event.resources],
        "cause": event.cause,
    }
    return _as_text(content)


def write_patient(patient: AuditedPatient | None) -> str | None:
    """Return a patient as JSON, with a salt: without it, a list of patients would give an erased one away."""
    if patient is None:
        return None
    names = {"patient_id": patient.patient_id, "patient_name": patient.patient_name}
    return _as_text(names | {"salt": secrets.token_hex(16)})


def read_event(content: str, patient: str | None) -> AuditEvent:
    """Return the event that a row keeps."""
    found: dict[str, Any] = json.loads(content)
    return AuditEvent(
        event_id=EventID[found["event"]],
        action=Action(found["action"]),
        participants=tuple(_read_participant(each) for each in found["participants"]),
        outcome=EventOutcome(found["outcome"]),
        types=tuple(EventType[each] for each in found["types"]),
        explanation=found["explanation"],
        occurred_at=datetime.fromisoformat(found["occurred_at"]),
        studies=tuple(AuditedStudy(**each) for each in found["studies"]),
        patient=_read_patient(patient),
        resources=tuple(_read_resource(each) for each in found["resources"]),
        cause=found["cause"],
    )


def read_patient_id(patient: str) -> str:
    """Return the ID of a patient that a row keeps."""
    return str(json.loads(patient)["patient_id"]).strip()


def digest_of(text: str | None) -> str:
    """Return the sha256 of a text in hex, empty of none."""
    return hashlib.sha256(text.encode()).hexdigest() if text is not None else ""


def chain(previous: str, number: int, content: str, patient_digest: str) -> str:
    """Return the digest of a row, which stands in the next one: change a row, and every later one is wrong."""
    return digest_of("\n".join((previous, str(number), content, patient_digest)))


def _as_text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def _write_participant(participant: Participant) -> dict[str, Any]:
    return {
        "user_id": participant.user_id,
        "ae_titles": list(participant.ae_titles),
        "name": participant.name,
        "is_requestor": participant.is_requestor,
        "role": participant.role.name if participant.role else None,
        "address": participant.address,
    }


def _read_participant(found: Mapping[str, Any]) -> Participant:
    role = Role[found["role"]] if found["role"] else None
    titles = tuple(found["ae_titles"])
    return Participant(
        found["user_id"], titles, found["name"], is_requestor=found["is_requestor"], role=role, address=found["address"]
    )


def _write_resource(resource: Resource) -> dict[str, Any]:
    return {
        "kind": resource.kind.name,
        "identifier": resource.identifier,
        "name": resource.name,
        "query": resource.query,
        "details": dict(resource.details),
    }


def _read_resource(found: Mapping[str, Any]) -> Resource:
    kind = ResourceKind[found["kind"]]
    return Resource(kind, found["identifier"], found["name"], found["query"], found["details"])


def _read_patient(text: str | None) -> AuditedPatient | None:
    if text is None:
        return None
    found = json.loads(text)
    return AuditedPatient(found["patient_id"], found["patient_name"])
