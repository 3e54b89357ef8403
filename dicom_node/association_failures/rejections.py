"""A-ASSOCIATE-RJ: what a peer means by it, or what a peer is told by ours (PS3.8 9.3.4, Table 9-21)."""

from dataclasses import dataclass
from typing import Final

from dicom_node.association_failures.explanation import Explanation, Parties, Place

#: Field Result. No repetition changes a permanent rejection: a person must see it.
RESULTS: Final = {1: "rejected-permanent", 2: "rejected-transient"}

#: Field Source.
SOURCES: Final = {
    1: "service-user",
    2: "service-provider (ACSE related function)",
    3: "service-provider (presentation related function)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes:
        code: under which it is found: the result is the usual one, and says nothing of what to do.
        word: the Standard's, of field Reason/Diag.
        meaning: of a peer's rejection.
        change: what to do about it; `{calling}` and `{called}` stand for the titles of the request.
        place: where.
    """

    code: str
    word: str
    meaning: str
    change: str
    place: Place


_LOG: Final = "look in its log for the reason"
#: Where well-known archives keep the titles that may call.
_WHERE_CALLERS_STAND: Final = (
    "(Orthanc: DicomModalities; dcm4chee: Accepted Calling AE Title of its AE; dcmqrscp: HostTable and AETable)"
)

#: By (Source, Reason/Diag.).
REJECTIONS: Final[dict[tuple[int, int], Row]] = {
    (1, 1): Row("1/1/1", "no-reason-given", "the peer takes no association from this node now", _LOG, Place.PEER),
    (1, 2): Row(
        "1/1/2",
        "application-context-name-not-supported",
        "what listens there is no DICOM application",
        "check host and port of this destination",
        Place.HERE,
    ),
    (1, 3): Row(
        "1/1/3",
        "calling-AE-title-not-recognized",
        "the peer does not know calling AE title {calling}",
        "add it, with this node's address, to the peer's list of modalities "
        f"{_WHERE_CALLERS_STAND}, or set calling_ae_title of this destination to a title the peer knows",
        Place.PEER,
    ),
    (1, 7): Row(
        "1/1/7",
        "called-AE-title-not-recognized",
        "the peer is not called {called}",
        "set ae_title of this destination to the peer's own title (case matters; Orthanc: DicomAet). Where it is "
        "right, add calling AE title {calling} at the peer: dcmqrscp answers so where it does not know that one",
        Place.HERE,
    ),
    (2, 1): Row("1/2/1", "no-reason-given", "the peer's DICOM software refuses the association", _LOG, Place.PEER),
    (2, 2): Row(
        "1/2/2",
        "protocol-version-not-supported",
        "what listens there speaks another protocol",
        "check that host and port are those of a DICOM listener",
        Place.HERE,
    ),
    (3, 1): Row(
        "2/3/1", "temporary-congestion", "the peer is busy", "nothing to change unless it stays so", Place.PEER
    ),
    (3, 2): Row(
        "2/3/2",
        "local-limit-exceeded",
        "the peer has as many associations as it allows",
        "raise its limit, or lower concurrency of this destination",
        Place.EITHER,
    ),
}


def name_rejection(result: int, source: int, reason: int) -> str:
    """Return the codes of a rejection with the Standard's words: `1/1/3: rejected-permanent, service-user, ...`."""
    row = REJECTIONS.get((source, reason))
    words = RESULTS.get(result, "rejected"), SOURCES.get(source, "unknown source"), row.word if row else "reserved"
    return f"{result}/{source}/{reason}: {', '.join(words)}"


def explain_rejection(result: int, source: int, reason: int, parties: Parties) -> Explanation:
    """Return what a peer's A-ASSOCIATE-RJ says and means, and what to change where."""
    said = f"{parties} rejected the association ({name_rejection(result, source, reason)})"
    row = REJECTIONS.get((source, reason))
    if row is None:
        return Explanation("1/1/1", said, "the Standard has no such reason", _LOG, Place.PEER)
    titles = {"calling": parties.calling, "called": parties.called}
    return Explanation(row.code, said, row.meaning.format(**titles), row.change.format(**titles), row.place)
