"""Which of the documents really travel: one of a pair where one stands in for the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.document import FALLBACKS, Document, DocumentKind

#: Reports first: the words are worth most when a connection breaks half-way.
SENDING_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            DocumentKind.STRUCTURED_REPORT,
            DocumentKind.STRUCTURED_REPORT_BASIC,
            DocumentKind.SUMMARY_CAPTURE,
            DocumentKind.SECONDARY_CAPTURE,
            DocumentKind.PRESENTATION_STATE,
            DocumentKind.HEAT_MAP_CAPTURE,
        )
    )
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One document to send, and the one it spares: both share what the peer answers.

    Attributes:
        accepted: the peer accepted a presentation context for `document`; otherwise nothing is sent.
        spared: the other one of the pair, which must not travel as well.
    """

    document: Document
    accepted: bool
    spared: Document | None = None


def plan(documents: Sequence[Document], accepted: frozenset[str]) -> tuple[Parcel, ...]:
    """Return what to send, in order, to a peer that accepted these SOP classes. Every document is in one parcel."""
    rest = sorted(documents, key=lambda document: SENDING_ORDER.get(document.kind, len(SENDING_ORDER)))
    parcels = []
    while rest:
        document = rest.pop(0)
        stand_in = _find_stand_in(document, rest)
        if stand_in is not None:
            rest.remove(stand_in)
        parcels.append(_pack(document, stand_in, accepted))
    return tuple(parcels)


def _find_stand_in(document: Document, others: Iterable[Document]) -> Document | None:
    wanted = (FALLBACKS.get(document.kind), document.study_instance_uid, document.version)
    for other in others:
        if (other.kind, other.study_instance_uid, other.version) == wanted:
            return other
    return None


def _pack(document: Document, stand_in: Document | None, accepted: frozenset[str]) -> Parcel:
    if stand_in is not None and document.sop_class_uid not in accepted and stand_in.sop_class_uid in accepted:
        return Parcel(stand_in, True, spared=document)
    return Parcel(document, document.sop_class_uid in accepted, spared=stand_in)
