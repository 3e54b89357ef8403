"""The note that tells a destination to hide what it has of superseded versions (IHE IOCM): whether, and what it names.

It follows the answer that supersedes, so that the new objects are there before the old ones go.
"""

from typing import Final

from pydicom.config import disable_value_validation
from pydicom.uid import KeyObjectSelectionDocumentStorage

from dicom_node.pipeline import stages
from dicom_node.pipeline.stages import Parts
from domain.correction import Retraction, RetractionReason
from domain.delivery import Delivery, rejection
from domain.document import Document
from reporting.conformance import gate
from reporting.context import Predecessor
from reporting.rejection_note import Rejection, name_note, write_rejection_note
from reporting.statement import StudyStatement, state

#: What stays in the archive for those who look after quality; what must not be seen beside the images has the other.
_QUALITY_REASONS: Final = frozenset({RetractionReason.IMAGE_QUALITY})


def name_follower(parts: Parts, delivered: Delivery) -> str:
    """Return the name of the delivery that brings the note after an answer; empty where none is wanted or needed."""
    if not delivered.is_answer or _wanted(parts, delivered.peer) == "off":
        return ""
    sent = parts.ledger.sent_documents(delivered.study_instance_uid, delivered.version, delivered.peer)
    return rejection(delivered.peer) if next(sent, None) is not None else ""


def make_note(parts: Parts, delivery: Delivery) -> tuple[Document, ...]:
    """Return the note of a delivery, made once and kept; nothing where what a note would name is not known.

    Raises:
        DocumentError: it would leave non-conformant.
    """
    uid, version = delivery.study_instance_uid, delivery.version
    findings = parts.ledger.findings(uid, version)
    if findings is None:
        return ()
    kept = _find(parts, delivery, name_note(uid, version, findings.model_set, delivery.peer))
    if kept is None:
        with stages.COMPOSING, disable_value_validation():
            context = stages.context_of(parts, findings, version)
            statement = state(context, findings, stages.evidence_of(parts, uid, version))
            made = _write(parts, delivery, statement)
            gate.check(made, statement)
        parts.ledger.keep_rejection_note(delivery, made)
        kept = _find(parts, delivery, made.identifier)
    return (kept,) if kept is not None else ()


def _write(parts: Parts, delivery: Delivery, statement: StudyStatement) -> Document:
    sent = parts.ledger.sent_documents(delivery.study_instance_uid, delivery.version, delivery.peer)
    retraction = statement.study.retraction
    return write_rejection_note(
        statement,
        Rejection(
            destination=delivery.peer,
            references=tuple(Predecessor.of(each) for each in sent),
            for_safety=_is_for_safety(retraction, _wanted(parts, delivery.peer)),
        ),
    )


def _is_for_safety(retraction: Retraction | None, wanted: str) -> bool:
    """A retracted result is unsafe to see, but where only the images were too poor; else the site decides."""
    return wanted == "patient-safety" if retraction is None else retraction.reason not in _QUALITY_REASONS


def _wanted(parts: Parts, destination: str) -> str:
    return next((each.rejection_notes for each in parts.settings.destination if each.name == destination), "off")


def _find(parts: Parts, delivery: Delivery, identifier: str) -> Document | None:
    key = delivery.study_instance_uid, delivery.version
    selections = parts.ledger.documents(*key, sop_class_uids=(KeyObjectSelectionDocumentStorage,))
    return next((each for each in selections if each.identifier == identifier), None)
