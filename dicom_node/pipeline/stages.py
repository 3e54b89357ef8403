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

from config.settings import Settings
from dicom_node.breaker_ports import BreakerLedger
from dicom_node.knowledge_ports import OrderLookup
from dicom_node.pipeline import routing, traits
from dicom_node.pipeline.facts import NO_FACT_FINDER, FactFinder
from dicom_node.pipeline.ordering import NO_ORDER_LOOKUP, find_order, identify
from dicom_node.ports import (
    Chance,
    Clock,
    Destination,
    FractureReader,
    ReadImage,
    StudyExplainer,
    StudyLedger,
)
from dicom_node.shadow_ports import NO_SHADOW, ShadowLookup
from domain.correction import Superseded
from domain.document import LATER_KINDS, Document
from domain.errors import DocumentError, ImagesPurged
from domain.finding import ImageReading, ReadingStatus, StudyFindings
from domain.impression import Impression
from domain.instance import ReceivedInstance
from domain.routing import Routing
from domain.shadow import Shadow
from domain.tier import lowest
from inference.reasons import REASONS
from reporting.compose import Composition
from reporting.context import NAMED_BY_SUCCESSORS, BundleIdentity, ModelIdentity, Predecessor, StudyContext
from reporting.evidence import ImageEvidence
from reporting.retraction import withdraw

_PURGED: Final = "an image of this study was purged: send the study again from the archive, then release it"
_log = logging.getLogger(__name__)

#: pydicom's validation settings belong to the process: two compositions at once would undo each other's.
COMPOSING: Final = threading.Lock()

Combine = Callable[[str, Sequence[ImageReading]], StudyFindings]
ExplainedTo = Callable[[Settings, StudyFindings], Sequence[str]]
Compose = Callable[[StudyContext, StudyFindings, Sequence[ImageEvidence]], Composition]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages work with.

    Attributes:
        bundle: the model bundle, as documents name it.
        explained_to: the destinations that get an explanation of a study when its answer has left.
        explainer: makes it; None where no study is explained.
        chance: spreads the waits between attempts.
        facts: finds what is known of open studies beside their images.
        orders: finds the order that a study was made for.
        shadow: says which answers are made in shadow mode, and sent to nobody.
    """

    settings: Settings
    ledger: StudyLedger
    breakers: BreakerLedger
    reader: FractureReader
    combine: Combine
    compose: Compose
    destinations: Mapping[str, Destination]
    clock: Clock
    bundle: BundleIdentity
    chance: Chance
    explained_to: ExplainedTo = lambda _settings, _findings: ()
    explainer: StudyExplainer | None = None
    facts: FactFinder = NO_FACT_FINDER
    orders: OrderLookup = NO_ORDER_LOOKUP
    shadow: ShadowLookup = NO_SHADOW


def read_image(parts: Parts, sop_instance_uid: str) -> None:
    """Read one image and keep what the models said; nothing where they have spoken.

    Raises:
        ImagesPurged: they have not, and its pixels are gone.
    """
    instance = parts.ledger.instance(sop_instance_uid)
    if parts.ledger.reading(instance.sha256, parts.reader.model_set) is None:
        if instance.is_purged:  # a failed reading would take back what was said of it
            raise ImagesPurged(f"{_PURGED}; the models that serve now have not read it", subject=sop_instance_uid)
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
    """Return the SOP Instance UIDs of a version's images that the present models have not spoken of.

    None of a version that takes an answer back: nothing is read for it.
    """
    if parts.ledger.retraction(study_instance_uid, version) is not None:
        return []
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
    findings = _findings_of(parts, study_instance_uid, version)
    evidence = evidence_of(parts, study_instance_uid, version)
    order = find_order(parts.orders, identify(evidence[0].header), version).order
    context = replace(context_of(parts, findings, version), order=order)
    with COMPOSING:
        composition = parts.compose(context, findings, evidence)
    if not composition.documents:
        raise DocumentError("no document of this study is fit to leave", subject=study_instance_uid)
    require_one_study(composition.documents, study_instance_uid, version)
    _note_impression(study_instance_uid, version, composition.impression)
    routed, shadow = _route(parts, findings, version), parts.shadow.of_version(study_instance_uid, version)
    recipients = _recipients(parts.settings, composition.documents, routed)
    # An explanation shows where in the image: a tier that states no places has none.
    explained_to = _explained_to(parts, findings, routed) if context.tier.states_places else ()
    if shadow is not None:
        _note_shadow(study_instance_uid, version, shadow)
        # Whoever got an earlier version would be left with it: a person has to know.
        recipients, explained_to = [each for each in recipients if each in routed.owed], ()
    parts.ledger.keep_answer(
        study_instance_uid,
        version,
        composition.documents,
        findings=findings,
        recipients=recipients,
        withheld=[f"{each.kind.value}: {each.reason}" for each in composition.withheld],
        explained_to=explained_to,
        impression=composition.impression,
        routing=routed,
        shadow=shadow,
    )


def _note_shadow(study_instance_uid: str, version: int, shadow: Shadow) -> None:
    said = (study_instance_uid, version, shadow.reason)
    _log.warning("study %s version %d is answered in shadow mode, nothing is sent: %s", *said)


def _note_impression(study_instance_uid: str, version: int, impression: Impression | None) -> None:
    """Log who worded the impression, and why not the model that was asked: a code, never what it proposed."""
    if impression is None:
        return
    said = (study_instance_uid, version, impression.asked)
    if impression.refusal:
        _log.warning("study %s version %d: template for %s: %s", *said, impression.refusal)
    else:
        _log.info("study %s version %d: impression by %s", *said)


def require_one_study(documents: Sequence[Document], study_instance_uid: str, version: int) -> None:
    """Raise DocumentError, before anything is kept or sent, where documents are not all of one answer."""
    for document in documents:
        if (document.study_instance_uid, document.version) != (study_instance_uid, version):
            raise DocumentError("a document of another study or version stands among these", subject=study_instance_uid)


def context_of(parts: Parts, findings: StudyFindings, version: int) -> StudyContext:
    """Return what the documents of one version say beside its findings, written now."""
    uid = findings.study_instance_uid
    superseded = parts.ledger.superseded(uid, version)
    return StudyContext(
        version=version,
        composed_at=parts.clock.now().astimezone(),
        models=ModelIdentity.of(findings, bundle=parts.bundle),
        reporting=parts.settings.reporting,
        predecessors=_predecessors(parts.ledger, uid, superseded),
        tier=lowest(each.tier for each in parts.ledger.instances(uid, version)),
        superseded=superseded,
        retraction=parts.ledger.retraction(uid, version),
        shortfall=parts.ledger.known(uid, version).shortfall,
        earlier_shortfall=parts.ledger.known(uid, superseded.version).shortfall if superseded else None,
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


def evidence_of(parts: Parts, study_instance_uid: str, version: int) -> list[ImageEvidence]:
    """Return header and picture of each image of a version; no picture of one that the present models have not read.

    Raises:
        ImagesPurged: even the header of an image is gone.
    """
    read = {each.sop_instance_uid: each for each in parts.ledger.instances(study_instance_uid, version)}
    if any(each.is_purged and not each.path.is_file() for each in read.values()):
        raise ImagesPurged(_PURGED, subject=study_instance_uid)
    readings = {uid: parts.ledger.reading(each.sha256, parts.reader.model_set) for uid, each in read.items()}
    return [
        ImageEvidence(
            header=pydicom.dcmread(each.path, stop_before_pixels=True),
            display=reading.display_path if (reading := readings[uid]) is not None else None,
            heat_map=reading.heat_map_path if reading is not None else None,
        )
        for uid, each in read.items()
    ]


def _findings_of(parts: Parts, study_instance_uid: str, version: int) -> StudyFindings:
    """Return what the present models say of a version; of one that takes an answer back, nothing of any image."""
    instances = parts.ledger.instances(study_instance_uid, version)
    if parts.ledger.retraction(study_instance_uid, version) is None:
        return parts.combine(study_instance_uid, [reading_of(parts, instance).reading for instance in instances])
    images = [(instance.sop_instance_uid, instance.sop_class_uid) for instance in instances]
    return withdraw(study_instance_uid, images, model_set=parts.reader.model_set)


def _predecessors(
    ledger: StudyLedger, study_instance_uid: str, superseded: Superseded | None
) -> tuple[Predecessor, ...]:
    """Return those of the superseded documents that a document of the same class names."""
    if superseded is None:
        return ()
    documents = ledger.documents(study_instance_uid, superseded.version, sop_class_uids=NAMED_BY_SUCCESSORS)
    return tuple(map(Predecessor.of, documents))


def _route(parts: Parts, findings: StudyFindings, version: int) -> Routing:
    """Return where a version goes: by the routes as they are now, and to whoever got an earlier one."""
    uid = findings.study_instance_uid
    earlier = parts.ledger.routed_earlier(uid, version)
    if parts.ledger.retraction(uid, version) is not None:
        return routing.take_back(parts.settings, earlier)
    found = traits.traits_of(parts.ledger.instances(uid, version), findings, parts.settings.route)
    decided = routing.decide(parts.settings, found, earlier)
    if decided.route:
        _log.info("study %s version %d goes by route %s", uid, version, decided.route)
    return decided


def _recipients(settings: Settings, documents: Sequence[Document], routed: Routing) -> list[str]:
    """Return the destinations that get something of these documents.

    And those that got an earlier version whatever they get of this one: where that is nothing, a person must see it.
    """
    kinds = {document.kind for document in documents}
    getting = [each.name for each in settings.destination if routing.let_through(each, routed) & kinds]
    return [*getting, *(name for name in routed.owed if name not in getting)]


def _explained_to(parts: Parts, findings: StudyFindings, routed: Routing) -> list[str]:
    takers = {each.name for each in parts.settings.destination if routing.let_through(each, routed) & LATER_KINDS}
    return [name for name in parts.explained_to(parts.settings, findings) if name in takers]
