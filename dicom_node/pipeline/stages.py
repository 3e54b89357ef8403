"""What is done with one image, one study, one delivery. Nothing here knows the engine, so each can run anywhere, twice.

read_image -> answer_study -> deliver, each from what the ledger has to what the ledger keeps.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pydicom

from config.settings import Destination as DestinationSettings
from config.settings import Settings
from dicom_node.pipeline.failures import backoff_seconds
from dicom_node.ports import Clock, Destination, FractureReader, ReadImage, StudyExplainer, StudyLedger
from domain.delivery import Attempt, Delivery, DeliveryState, Outcome, Receipt
from domain.document import HL7_KINDS, LATER_KINDS, Document, DocumentKind
from domain.errors import DocumentError
from domain.finding import ImageReading, ReadingStatus, StudyFindings
from domain.instance import ReceivedInstance
from domain.tier import Tier, lowest
from inference.reasons import REASONS
from reporting import hl7_oru
from reporting.compose import Composition
from reporting.context import ModelIdentity, Predecessor, StudyContext
from reporting.evidence import ImageEvidence

NOT_CONFIGURED: Final = "Not sent: this destination is no longer in the configuration. Add it again there and retry."
NOTHING_TO_SEND: Final = "Not sent: the configuration lets none of these documents go there. Change `documents` there."

_log = logging.getLogger(__name__)
_REPORTS: Final = frozenset({DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC})

#: pydicom's validation settings belong to the process: two compositions at once would undo each other's.
_COMPOSING: Final = threading.Lock()

Combine = Callable[[str, Sequence[ImageReading]], StudyFindings]
ExplainedTo = Callable[[Settings, StudyFindings], Sequence[str]]
Compose = Callable[[StudyContext, StudyFindings, Sequence[ImageEvidence]], Composition]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages work with.

    Attributes:
        bundle: name of the model bundle, as documents name it.
        explained_to: the destinations that get an explanation of a study when its answer has left.
        explainer: makes it; None where no study is explained.
    """

    settings: Settings
    ledger: StudyLedger
    reader: FractureReader
    combine: Combine
    compose: Compose
    destinations: Mapping[str, Destination]
    clock: Clock
    bundle: str
    explained_to: ExplainedTo = lambda _settings, _findings: ()
    explainer: StudyExplainer | None = None


def read_image(parts: Parts, sop_instance_uid: str) -> None:
    """Read one image and keep what the models said; nothing where they have spoken."""
    instance = parts.ledger.instance(sop_instance_uid)
    if parts.ledger.reading(instance.sha256, parts.reader.model_set) is None:
        folder = evidence_folder(parts.settings.node.data, instance)
        folder.mkdir(parents=True, exist_ok=True)
        read = parts.reader.read(instance.path, evidence_folder=folder)
        parts.ledger.keep_reading(instance.sha256, _name(read, instance))


def keep_failed_reading(parts: Parts, sop_instance_uid: str, reason_code: str) -> None:
    """Keep that an image was not read and why (inference/reasons.py), so that its study is answered all the same."""
    instance = parts.ledger.instance(sop_instance_uid)
    reading = ImageReading(
        sop_instance_uid=instance.sop_instance_uid,
        sop_class_uid=instance.sop_class_uid,
        status=ReadingStatus.FAILED,
        model_set=parts.reader.model_set,
        reason=REASONS[reason_code],
    )
    parts.ledger.keep_reading(instance.sha256, ReadImage(reading))


def unread_images(parts: Parts, study_instance_uid: str, version: int) -> list[str]:
    """Return the SOP Instance UIDs of a version's images that the present models have not spoken of."""
    return [
        instance.sop_instance_uid
        for instance in parts.ledger.instances(study_instance_uid, version)
        if parts.ledger.reading(instance.sha256, parts.reader.model_set) is None
    ]


def answer_study(parts: Parts, study_instance_uid: str, version: int) -> None:
    """Compose the documents of one version from its readings and keep them with their deliveries.

    Raises:
        DocumentError: no document is fit to leave, or one is of another study.
    """
    instances = parts.ledger.instances(study_instance_uid, version)
    read = [reading_of(parts, instance) for instance in instances]
    findings = parts.combine(study_instance_uid, [each.reading for each in read])
    context = context_of(parts, findings, version, tier=lowest(instance.tier for instance in instances))
    evidence = [_evidence_of(instance, each) for instance, each in zip(instances, read, strict=True)]
    with _COMPOSING:
        composition = parts.compose(context, findings, evidence)
    if not composition.documents:
        raise DocumentError("no document of this study is fit to leave", subject=study_instance_uid)
    _require_one_study(composition.documents, study_instance_uid, version)
    parts.ledger.keep_answer(
        study_instance_uid,
        version,
        composition.documents,
        recipients=_recipients(parts.settings, composition.documents),
        withheld=[f"{each.kind.value}: {each.reason}" for each in composition.withheld],
        # An explanation shows where in the image: a tier that states no places has none.
        explained_to=parts.explained_to(parts.settings, findings) if context.tier.states_places else (),
    )


def _require_one_study(documents: Sequence[Document], study_instance_uid: str, version: int) -> None:
    """Raise DocumentError, before anything is kept or sent, where documents are not all of one answer."""
    for document in documents:
        if (document.study_instance_uid, document.version) != (study_instance_uid, version):
            raise DocumentError("a document of another study or version stands among these", subject=study_instance_uid)


def context_of(parts: Parts, findings: StudyFindings, version: int, *, tier: Tier) -> StudyContext:
    """Return what the documents of one version say beside its findings, written now."""
    return StudyContext(
        version=version,
        composed_at=parts.clock.now().astimezone(),
        models=ModelIdentity.of(findings, bundle=parts.bundle),
        reporting=parts.settings.reporting,
        predecessors=_predecessors(parts.ledger, findings.study_instance_uid, version),
        tier=tier,
    )


def deliver(parts: Parts, planned: Delivery) -> None:
    """Make one attempt of a delivery and keep how it ended; nothing where the plan is void."""
    delivery = parts.ledger.delivery(planned.study_instance_uid, planned.version, planned.destination)
    if delivery.turn != planned.turn or delivery.state is not DeliveryState.WAITING:
        return
    attempt = _attempt(parts, delivery)
    _note(delivery, attempt)
    parts.ledger.keep_attempt(delivery, attempt, retry_after_seconds=_retry_after_seconds(parts, delivery, attempt))


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


def evidence_folder(data: Path, instance: ReceivedInstance) -> Path:
    """Return the folder for the pictures that belong to one image's reading."""
    return data / "evidence" / instance.study_instance_uid / instance.sop_instance_uid


def _name(read: ReadImage, instance: ReceivedInstance) -> ReadImage:
    """Return the reading under the name of its image, which a reader cannot know where the file was unreadable.

    Raises:
        ValueError: it is the reading of another image; it must never stand in this image's documents.
    """
    named = read.reading.sop_instance_uid
    if named not in ("", instance.sop_instance_uid):
        raise ValueError("the reader answered for another image")
    reading = replace(read.reading, sop_instance_uid=instance.sop_instance_uid, sop_class_uid=instance.sop_class_uid)
    return replace(read, reading=reading)


def reading_of(parts: Parts, instance: ReceivedInstance) -> ReadImage:
    """Return what the present models said of an image. Raises LookupError where they have not spoken."""
    read = parts.ledger.reading(instance.sha256, parts.reader.model_set)
    if read is None:
        raise LookupError("an image is answered before it was read")
    return read


def _evidence_of(instance: ReceivedInstance, read: ReadImage) -> ImageEvidence:
    header = pydicom.dcmread(instance.path, stop_before_pixels=True)
    return ImageEvidence(header=header, display=read.display_path, heat_map=read.heat_map_path)


def _predecessors(ledger: StudyLedger, study_instance_uid: str, version: int) -> tuple[Predecessor, ...]:
    """Return the structured reports, of either class, of the last version that has one; a held version has none."""
    for earlier in range(version - 1, 0, -1):
        documents = ledger.documents(study_instance_uid, earlier)
        reports = [each for each in documents if each.kind in _REPORTS]
        if reports:
            return tuple(Predecessor.of(each) for each in reports)
    return ()


def _recipients(settings: Settings, documents: Sequence[Document]) -> list[str]:
    kinds = {document.kind for document in documents}
    return [destination.name for destination in settings.destination if destination.sends & kinds]


def _attempt(parts: Parts, delivery: Delivery) -> Attempt:
    documents = parts.ledger.documents(delivery.study_instance_uid, delivery.version)
    _require_one_study(documents, delivery.study_instance_uid, delivery.version)
    documents = tuple(each for each in documents if (each.kind in LATER_KINDS) == delivery.is_later)
    settings = next((each for each in parts.settings.destination if each.name == delivery.peer), None)
    if settings is None:
        return _refuse(documents, NOT_CONFIGURED)
    meant = [document for document in documents if document.kind in settings.sends]
    if not meant:
        return _refuse(documents, NOTHING_TO_SEND)
    delivered = {each.identifier: each for each in delivery.receipts if each.outcome is Outcome.DELIVERED}
    outstanding = [document for document in meant if document.identifier not in delivered]
    if not outstanding:
        return Attempt(tuple(delivered.values()))
    return parts.destinations[delivery.peer].deliver([_address(each, settings) for each in outstanding])


def _address(document: Document, destination: DestinationSettings) -> Document:
    """Return the document as this destination gets it: an HL7 message names its receiver, a DICOM object nobody."""
    if document.kind not in HL7_KINDS:
        return document
    receiver = destination.receiving_application, destination.receiving_facility
    return replace(document, content=hl7_oru.address(document.content, *receiver))


def _refuse(documents: Sequence[Document], explanation: str) -> Attempt:
    receipts = [Receipt(document.identifier, Outcome.REFUSED, "not sent") for document in documents]
    return Attempt(tuple(receipts), explanation)


def _retry_after_seconds(parts: Parts, delivery: Delivery, attempt: Attempt) -> float | None:
    if attempt.outcome is not Outcome.RETRY:
        return None
    retry = next(each.retry for each in parts.settings.destination if each.name == delivery.peer)
    return backoff_seconds(delivery.attempts + 1, retry)
