"""Storage commitment on results (PS3.4 Annex J): delivered is not committed.

A commitment belongs to one delivery. Its states, and what leads from one to the next, are the functions below; none of
them knows a socket or a clock.

    DUE --N-ACTION answered--> ASKED --report: all kept--> COMMITTED
     ^                           |---- report: some not kept --> FAILED --sent again--> RESENDING --delivered--> DUE
     |---- no report in time ----|
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.uid import derive_uid

#: Failure Reason (0008,1197) as PS3.3 C.14.1.1 defines it for storage commitment.
PROCESSING_FAILURE, NO_SUCH_OBJECT, RESOURCE_LIMITATION = 0x0110, 0x0112, 0x0213
CLASS_NOT_SUPPORTED, CLASS_CONFLICT, DUPLICATE_TRANSACTION = 0x0122, 0x0119, 0x0131
FAILURE_WORDS: Final[Mapping[int, str]] = {
    PROCESSING_FAILURE: "processing failure",
    NO_SUCH_OBJECT: "no such object instance",
    RESOURCE_LIMITATION: "resource limitation",
    CLASS_NOT_SUPPORTED: "SOP class not supported",
    CLASS_CONFLICT: "class and instance do not agree",
    DUPLICATE_TRANSACTION: "duplicate transaction UID",
}
#: To send it again helps; to ask again is enough; anything else wants a person.
_SEND_AGAIN: Final = frozenset({NO_SUCH_OBJECT})
_ASK_AGAIN: Final = frozenset({PROCESSING_FAILURE, RESOURCE_LIMITATION, DUPLICATE_TRANSACTION})


class CommitmentState(StrEnum):
    """Where a commitment is. HELD waits for a person; SUPERSEDED: a later version is there, and this one may go."""

    DUE = "due"
    ASKED = "asked"
    FAILED = "failed"
    RESENDING = "resending"
    COMMITTED = "committed"
    HELD = "held"
    SUPERSEDED = "superseded"


#: Nothing follows but a late report.
ENDED: Final = frozenset({CommitmentState.COMMITTED, CommitmentState.HELD, CommitmentState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Item:
    """One instance; `failure_reason` is that of the last report that named it, 0 where none did."""

    sop_class_uid: str
    sop_instance_uid: str
    committed: bool = False
    failure_reason: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """How patient one is with a provider."""

    answer: timedelta
    max_silences: int
    max_resends: int


@dataclass(frozen=True, slots=True)
class Report:
    """An N-EVENT-REPORT: what a provider keeps, and what it does not, with the Failure Reason."""

    transaction_uid: str
    committed: frozenset[str]
    failed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commitment:
    """The safekeeping of what one delivery brought.

    Attributes:
        ask: counts the transactions; each has a UID of its own.
        attempts: requests that did not reach the provider, in a row; silences: requests without a report, in a row.
        resends: times that something was not kept.
        next_at: when to ask (DUE), or until when a report is waited for (ASKED).
    """

    study_instance_uid: str
    version: int
    destination: str
    items: tuple[Item, ...]
    state: CommitmentState = CommitmentState.DUE
    ask: int = 1
    attempts: int = 0
    silences: int = 0
    resends: int = 0
    next_at: datetime | None = None
    asked_at: datetime | None = None
    committed_at: datetime | None = None
    explanation: str = ""

    @property
    def transaction_uid(self) -> str:
        """The Transaction UID (0008,1195) of the present request: the same however often it has to be sent."""
        return derive_uid("commitment", self.study_instance_uid, str(self.version), self.destination, str(self.ask))

    @property
    def outstanding(self) -> tuple[Item, ...]:
        """What is not committed yet."""
        return tuple(item for item in self.items if not item.committed)

    @property
    def failed(self) -> tuple[Item, ...]:
        """What the provider said it does not keep."""
        return tuple(item for item in self.outstanding if item.failure_reason)


def note_asked(commitment: Commitment, ask: int, now: datetime, terms: Terms) -> Commitment:
    """The provider has taken the request; a report that came before its answer stands."""
    if commitment.state is not CommitmentState.DUE or commitment.ask != ask:
        return commitment
    until = now + terms.answer
    return replace(commitment, state=CommitmentState.ASKED, attempts=0, asked_at=now, next_at=until, explanation="")


def note_not_asked(
    commitment: Commitment, ask: int, now: datetime, explanation: str, retry_after: timedelta | None
) -> Commitment:
    """The request was not taken: it is made again under the same UID, or held where `retry_after` is None."""
    if commitment.state is not CommitmentState.DUE or commitment.ask != ask:
        return commitment
    if retry_after is None:
        return _hold(commitment, explanation)
    attempts = commitment.attempts + 1
    return replace(commitment, attempts=attempts, next_at=now + retry_after, explanation=explanation)


def note_silence(commitment: Commitment, now: datetime, terms: Terms) -> Commitment:
    """No report came in time: what is outstanding is asked for anew, or held."""
    if commitment.state is not CommitmentState.ASKED or commitment.next_at is None or commitment.next_at > now:
        return commitment
    silences = commitment.silences + 1
    if silences >= terms.max_silences:
        words = f"no report came in {silences} times {terms.answer}; look at the provider, then `osteonode retry STUDY`"
        return replace(_hold(commitment, words), silences=silences)
    return replace(_ask_again(commitment, now), silences=silences)


def note_report(commitment: Commitment, ask: int, report: Report, now: datetime, terms: Terms) -> Commitment:
    """A report came, for the present request or an earlier one; twice, late, or naming a part only, it does no harm.

    What any report says is kept, is kept. What an earlier request's report says is not kept was asked for again since.
    """
    if commitment.state in (CommitmentState.COMMITTED, CommitmentState.SUPERSEDED):
        return commitment
    is_present = ask == commitment.ask and commitment.state in (CommitmentState.DUE, CommitmentState.ASKED)
    failed = report.failed if is_present else {}
    items = tuple(_apply(item, report.committed, failed) for item in commitment.items)
    noted = replace(commitment, items=items)
    if len(noted.outstanding) < len(commitment.outstanding):
        noted = replace(noted, silences=0)
    if not noted.outstanding:
        return replace(noted, state=CommitmentState.COMMITTED, committed_at=now, next_at=None, explanation="")
    return _follow(
        noted,
        {failed[item.sop_instance_uid] for item in noted.outstanding if item.sop_instance_uid in failed},
        now,
        terms,
    )


def note_resent(commitment: Commitment, now: datetime) -> Commitment:
    """What was not kept has been delivered again: it is asked for anew."""
    return _ask_again(commitment, now) if commitment.state is CommitmentState.RESENDING else commitment


def note_retried(commitment: Commitment, now: datetime) -> Commitment:
    """A person asks for it again: patience begins anew."""
    if commitment.state is not CommitmentState.HELD:
        return commitment
    return replace(_ask_again(commitment, now), attempts=0, silences=0, resends=0)


def describe_failures(commitment: Commitment) -> str:
    """Return in words what a provider does not keep."""
    reasons = sorted({item.failure_reason for item in commitment.failed})
    words = ", ".join(f"0x{reason:04X} {FAILURE_WORDS.get(reason, 'unknown reason')}" for reason in reasons)
    return f"{len(commitment.failed)} of {len(commitment.items)} documents are not kept: {words}"


def _apply(item: Item, committed: frozenset[str], failed: Mapping[str, int]) -> Item:
    if item.sop_instance_uid in committed and item.sop_instance_uid not in failed:
        return replace(item, committed=True, failure_reason=0)
    return replace(item, failure_reason=failed.get(item.sop_instance_uid, item.failure_reason))


def _follow(commitment: Commitment, reasons: set[int], now: datetime, terms: Terms) -> Commitment:
    """Return what follows from the reasons for which something is not kept; nothing where the report names none."""
    if not reasons:
        return commitment
    failed = replace(commitment, resends=commitment.resends + 1, explanation=describe_failures(commitment))
    if failed.resends > terms.max_resends or not reasons <= _SEND_AGAIN | _ASK_AGAIN:
        return _hold(failed, failed.explanation)
    if reasons & _SEND_AGAIN:
        return replace(failed, state=CommitmentState.FAILED, next_at=None)
    return _ask_again(failed, now)


def _ask_again(commitment: Commitment, now: datetime) -> Commitment:
    return replace(commitment, state=CommitmentState.DUE, ask=commitment.ask + 1, next_at=now)


def _hold(commitment: Commitment, explanation: str) -> Commitment:
    return replace(commitment, state=CommitmentState.HELD, next_at=None, explanation=explanation)
