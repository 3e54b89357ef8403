"""What a destination will be sent: which SOP classes, for which kinds of document."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydicom.uid import (
    UID,
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    SecondaryCaptureImageStorage,
)

from config.profiles import SOP_CLASSES
from config.settings import Destination, Settings
from domain.document import FALLBACKS, OPTIONAL_KINDS, DocumentKind

_UIDS: Final[Mapping[str, UID]] = {
    uid.name: uid
    for uid in (
        Comprehensive3DSRStorage,
        ComprehensiveSRStorage,
        EncapsulatedPDFStorage,
        GrayscaleSoftcopyPresentationStateStorage,
        KeyObjectSelectionDocumentStorage,
        SecondaryCaptureImageStorage,
    )
}
Wanted = Mapping[UID, Sequence[DocumentKind]]


def wanted_of(destination: Destination, settings: Settings) -> Wanted:
    """Return SOP Class UID -> the kinds that will be sent in it; kinds that this site does not make are left out."""
    kinds = set(destination.sends)
    kinds -= OPTIONAL_KINDS - set(settings.reporting.optional_documents)
    if not settings.explanations.lime:
        kinds.discard(DocumentKind.LIME_CAPTURE)
    if destination.rejection_notes != "off":
        kinds.add(DocumentKind.REJECTION_NOTE)
    wanted: dict[UID, list[DocumentKind]] = {}
    for kind in DocumentKind:  # in its order, so that what is said is always the same
        if kind in kinds and kind in SOP_CLASSES:
            wanted.setdefault(_UIDS[SOP_CLASSES[kind]], []).append(kind)
    return wanted


def stand_in_of(sop_class_uid: UID, wanted: Wanted, accepted: frozenset[str]) -> UID | None:
    """Return the accepted class that is sent in the place of a refused one, None where there is none."""
    for kind in wanted[sop_class_uid]:
        fallback = FALLBACKS.get(kind)
        if fallback is not None and (uid := _UIDS[SOP_CLASSES[fallback]]) in wanted and uid in accepted:
            return uid
    return None


def is_spared(sop_class_uid: UID, wanted: Wanted, accepted: frozenset[str]) -> bool:
    """Say whether a class is only for a stand-in that nobody needs, because the peer takes what it stands for."""
    sparing = {fallback: kind for kind, fallback in FALLBACKS.items()}
    return all(kind in sparing and _UIDS[SOP_CLASSES[sparing[kind]]] in accepted for kind in wanted[sop_class_uid])
