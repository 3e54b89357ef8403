"""Why an association was rejected or aborted, in words, and what to change on which side (PS3.8 9.3.4 and 9.3.8)."""

from dataclasses import dataclass

from domain.delivery import Outcome

#: PS3.8 Table 9-21, field Result.
RESULTS = {1: "rejected-permanent", 2: "rejected-transient"}

#: What follows for a delivery. No repetition changes a permanent rejection (PS3.8 9.3.4): a person must see it.
OUTCOMES = {1: Outcome.REFUSED, 2: Outcome.RETRY}

#: PS3.8 Table 9-21, field Source.
SOURCES = {
    1: "service-user",
    2: "service-provider (ACSE related function)",
    3: "service-provider (presentation related function)",
}

#: PS3.8 Table 9-21, field Reason/Diag. by (Source, Reason): the Standard's word and what to do.
REASONS: dict[tuple[int, int], tuple[str, str]] = {
    (1, 1): ("no-reason-given", "look in the peer's log for the reason"),
    (1, 2): ("application-context-name-not-supported", "the peer is no DICOM application: check address and port"),
    (1, 3): (
        "calling-AE-title-not-recognized",
        "the peer does not know calling AE title {calling}: add it, with this node's address, to the peer's list of "
        "modalities, or set calling_ae_title of this destination to a title the peer knows",
    ),
    (1, 7): (
        "called-AE-title-not-recognized",
        "the peer is not called {called}: set ae_title of this destination to the peer's own title (case matters)",
    ),
    (2, 1): ("no-reason-given", "look in the peer's log for the reason"),
    (2, 2): ("protocol-version-not-supported", "check that address and port are those of a DICOM listener"),
    (3, 1): ("temporary-congestion", "the peer is busy: nothing to change unless it stays so"),
    (3, 2): (
        "local-limit-exceeded",
        "the peer has as many associations as it allows: raise its limit, or lower concurrency of this destination",
    ),
}

#: PS3.8 Table 9-26, field Reason/Diag. of an A-ABORT by the service-provider.
ABORT_REASONS = {
    0: "reason-not-specified",
    1: "unrecognized-PDU",
    2: "unexpected-PDU",
    4: "unrecognized-PDU-parameter",
    5: "unexpected-PDU-parameter",
    6: "invalid-PDU-parameter-value",
}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who called whom, for the words of an explanation."""

    calling: str
    called: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.called} at {self.host}:{self.port}"


def explain_rejection(result: int, source: int, reason: int, parties: Parties) -> str:
    """Return an A-ASSOCIATE-RJ as a sentence: what the peer said, with the codes, and what to change."""
    word, advice = REASONS.get((source, reason), ("reserved", "look in the peer's log for the reason"))
    said = f"{RESULTS.get(result, 'rejected')}, {SOURCES.get(source, 'unknown source')}, {word}"
    todo = advice.format(calling=parties.calling, called=parties.called)
    return f"{parties} rejected the association ({result}/{source}/{reason}: {said}); {todo}"


def explain_abort(source: int, reason: int) -> str:
    """Return an A-ABORT of the peer as words; the reason is significant for source 2 only."""
    if source == 2:
        return f"aborted by the peer's service-provider, {ABORT_REASONS.get(reason, 'reserved')}"
    return "aborted by the peer's service-user"
