"""One attempt of a delivery: what it brings, to whom, and what follows it. Nothing here knows the engine."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from config.settings import Destination as DestinationSettings
from dicom_node.pipeline import probing, rejecting
from dicom_node.pipeline.failures import jittered_seconds
from dicom_node.pipeline.routing import let_through
from dicom_node.pipeline.stages import Parts, require_one_study
from domain.delivery import NOT_SENT, Attempt, Delivery, Outcome, Receipt
from domain.document import HL7_KINDS, LATER_KINDS, Document, DocumentKind
from domain.errors import DocumentError
from reporting.hl7.address import address

NOT_CONFIGURED: Final = "Not sent: this destination is no longer in the configuration. Add it again there and retry."
NOTHING_TO_CORRECT_WITH: Final = (
    "Not sent: none of the documents of this version may go there, so that it may still show an earlier one. Change "
    "`documents` there and retry, or have it corrected by hand."
)
NOTHING_TO_SEND: Final = "Not sent: the configuration lets none of these documents go there. Change `documents` there."

_log = logging.getLogger(__name__)


def deliver(parts: Parts, planned: Delivery) -> None:
    """Make one attempt of a delivery and keep how it ended; nothing where it is not its turn."""
    delivery = parts.ledger.claim_attempt(planned)
    if delivery is None:
        return
    shadow = parts.shadow.of_study(delivery.study_instance_uid)
    if shadow is None and not probing.admit(parts, delivery):
        return
    attempt, was_made = _attempt(parts, delivery) if shadow is None else (_refuse((), shadow.not_sent), False)
    _note(delivery, attempt)
    retry_after_seconds = _retry_after_seconds(parts, delivery, attempt)
    followed_by = rejecting.name_follower(parts, delivery) if attempt.outcome is Outcome.DELIVERED else ""
    parts.ledger.keep_attempt(delivery, attempt, retry_after_seconds=retry_after_seconds, followed_by=followed_by)
    if was_made:
        probing.note(parts, delivery, attempt)


def _note(delivery: Delivery, attempt: Attempt) -> None:
    level = logging.INFO if attempt.outcome is Outcome.DELIVERED else logging.WARNING
    _log.log(
        level,
        "study %s version %d to %s: %s %s",
        delivery.study_instance_uid,
        delivery.version,
        delivery.destination,
        attempt.outcome,
        attempt.explanation,
    )


def _attempt(parts: Parts, delivery: Delivery) -> tuple[Attempt, bool]:
    """Return how an attempt ended, and whether the destination had a part in it."""
    settings = next((each for each in parts.settings.destination if each.name == delivery.peer), None)
    documents = _documents_of(parts, delivery)
    if settings is None:
        return _refuse(documents, NOT_CONFIGURED), False
    may_go = _kinds_for(parts, delivery, settings)
    meant = [each for each in documents if each.kind in may_go or delivery.is_rejection]
    if not meant:
        return _refuse(documents, NOTHING_TO_CORRECT_WITH if delivery.version > 1 else NOTHING_TO_SEND), False
    settled = _find_settled(delivery)
    outstanding = [document for document in meant if document.identifier not in settled]
    if not outstanding:
        return Attempt(tuple(settled.values()), delivery.explanation), False
    try:
        addressed = [_address(each, settings) for each in outstanding]
    except DocumentError as error:
        return _refuse(outstanding, f"Not sent: {error.args[0]}."), False
    return _add_refused(parts.destinations[delivery.peer].deliver(addressed), settled.values()), True


def _kinds_for(parts: Parts, delivery: Delivery, settings: DestinationSettings) -> frozenset[DocumentKind]:
    """Return what may go there: what the destination takes, and of that what the route let through when it was kept."""
    routed = parts.ledger.routing(delivery.study_instance_uid, delivery.version)
    return settings.sends if routed is None else let_through(settings, routed)


def _find_settled(delivery: Delivery) -> dict[str, Receipt]:
    """Return what is not to be sent in this attempt: what the destination has, and what it refused for good.

    A person who asks for the delivery again begins a new count of attempts, and what was refused is offered again.
    """
    ends = {Outcome.DELIVERED} if delivery.attempts == 0 else {Outcome.DELIVERED, Outcome.REFUSED}
    return {each.identifier: each for each in delivery.receipts if each.outcome in ends}


def _add_refused(attempt: Attempt, settled: Iterable[Receipt]) -> Attempt:
    """Return an attempt with what was refused for good before: it counts for the outcome, though it was not sent."""
    refused = tuple(each for each in settled if each.outcome is Outcome.REFUSED)
    if not refused:
        return attempt
    before = "; ".join(dict.fromkeys(each.status for each in refused))
    words = f"{len(refused)} documents were refused before and not sent again: {before}"
    explanation = ". ".join(filter(None, (attempt.explanation, words)))
    return replace(attempt, receipts=(*attempt.receipts, *refused), explanation=explanation)


def _documents_of(parts: Parts, delivery: Delivery) -> Sequence[Document]:
    if delivery.is_rejection:
        return rejecting.make_note(parts, delivery)
    documents = parts.ledger.documents(delivery.study_instance_uid, delivery.version)
    require_one_study(documents, delivery.study_instance_uid, delivery.version)
    documents = tuple(each for each in documents if each.kind is not DocumentKind.REJECTION_NOTE)
    return tuple(each for each in documents if (each.kind in LATER_KINDS) == delivery.is_later)


def _address(document: Document, destination: DestinationSettings) -> Document:
    """Return the document as this destination gets it: an HL7 message names its receiver, a DICOM object nobody."""
    if document.kind not in HL7_KINDS:
        return document
    receiver = destination.receiving_application, destination.receiving_facility, destination.character_set
    return replace(document, content=address(document.content, *receiver))


def _refuse(documents: Sequence[Document], explanation: str) -> Attempt:
    identifiers = [document.identifier for document in documents] or [""]
    return Attempt(tuple(Receipt(each, Outcome.REFUSED, NOT_SENT) for each in identifiers), explanation)


def _retry_after_seconds(parts: Parts, delivery: Delivery, attempt: Attempt) -> float | None:
    if attempt.outcome is not Outcome.RETRY:
        return None
    retry = next(each.retry for each in parts.settings.destination if each.name == delivery.peer)
    wait_seconds = jittered_seconds(delivery.attempts + 1, retry, parts.chance)
    if wait_seconds is None:
        return None
    return max(wait_seconds, min(attempt.left_alone_seconds, retry.cap_seconds))
