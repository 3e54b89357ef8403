"""What a person asks of studies, page by page, and what a person did to them: read models free of patient data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.breaker import BreakerState
from domain.commitment import CommitmentState
from domain.delivery import DeliveryState
from domain.study import StudyState

#: Most studies on one page.
MOST_ROWS: Final = 200


class Standing(StrEnum):
    """Where the latest version of a study stands; the last two are said of its deliveries."""

    OPEN = "open"
    COMPLETE = "complete"
    ANSWERED = "answered"
    HELD = "held"
    RETRACTED = "retracted"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last study of a page: the next one begins after it. Newest first, by the last image."""

    last_arrival_at: datetime
    study_instance_uid: str


@dataclass(frozen=True, slots=True)
class StudyQuery:
    """Which studies are meant; what is empty or None does not matter.

    Attributes:
        text: an accession number, an AE title, or part of a Study Instance UID; whichever fits.
        patient_id: the whole Patient ID (0010,0020); it is compared by its digest and kept nowhere.
        arrived_from, arrived_before: when the last image came, the second exclusive.
        after: where the page begins; None for the first.
        limit: studies of a page, 1 to MOST_ROWS.
    """

    text: str = ""
    accession_number: str = ""
    study_instance_uid: str = ""
    calling_ae_title: str = ""
    patient_id: str = field(default="", repr=False)
    standing: Standing | None = None
    arrived_from: datetime | None = None
    arrived_before: datetime | None = None
    after: Cursor | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_ROWS:
            raise ValueError(f"a page has 1 to {MOST_ROWS} studies")


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study in a list: its latest version.

    Attributes:
        accession_number: empty where the images name none, or nobody looked yet.
        fracture: the state that the answer states (domain.finding.FractureState), empty where it states none.
        probability: of the statement, 0 to 1.
        deliveries: by what they are called.
    """

    study_instance_uid: str
    version: int
    state: StudyState
    accession_number: str
    calling_ae_titles: tuple[str, ...]
    images: int
    first_arrival_at: datetime
    last_arrival_at: datetime
    answered_at: datetime | None = None
    held_code: str = ""
    held_reason: str = ""
    fracture: str = ""
    probability: float | None = None
    deliveries: Mapping[str, DeliveryState] = field(default_factory=dict)
    commitments: Mapping[str, CommitmentState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudyPage:
    """A page of studies; `following` is where the next one begins, None for the last."""

    rows: tuple[StudyRow, ...]
    following: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """From the last image of a study to its answer, of `number` studies; None of none."""

    number: int
    p50_seconds: float | None = None
    p95_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: how much, since when the one that waits longest, and which study that is ("" where it is none)."""

    number: int
    since: datetime | None = None
    study_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class DestinationNow:
    """How a destination answers; `explanation` is the last failure in words, free of patient data."""

    name: str
    state: BreakerState
    since: datetime | None
    waiting: int
    held: int
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Hour:
    """What came and what was answered in one hour that began `at`."""

    at: datetime
    received: int
    answered: int


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers since a moment, and what waits now.

    Attributes:
        received: studies with an image since then; `images` of them.
        read, unread: images that models spoke of, and that were not analysed or failed.
        taking, answering, sending: studies that still take images, wait for their answer, and deliveries on their way.
        held: studies that wait for a person; `failed`: deliveries that do.
        refused_attempts: attempts at destinations since then that did not succeed.
        quarantined: files put aside since then.
    """

    since: datetime
    images: int
    received: int
    read: int
    unread: int
    answered: int
    latency: Latency
    taking: Waiting
    answering: Waiting
    sending: Waiting
    held: Waiting
    failed: Waiting
    refused_attempts: int
    quarantined: int
    destinations: tuple[DestinationNow, ...]
    hours: tuple[Hour, ...] = ()


class HappeningKind(StrEnum):
    """What happened to a study."""

    RECEIVED = "received"
    COMPLETE = "complete"
    READ = "read"
    COMPOSED = "composed"
    RETRACTED = "retracted"
    HELD = "held"
    ROUTED = "routed"
    DELIVERED = "delivered"
    ATTEMPT_FAILED = "attempt_failed"
    ATTEMPT_REFUSED = "attempt_refused"
    WILL_TRY = "will_try"
    DELIVERY_HELD = "delivery_held"
    DISCARDED = "discarded"
    COMMITMENT_ASKED = "commitment_asked"
    COMMITTED = "committed"
    COMMITMENT_HELD = "commitment_held"
    EXPLAINED = "explained"
    NOT_EXPLAINED = "not_explained"
    ASKED = "asked"


class Tone(StrEnum):
    """How a happening is to be taken."""

    DONE = "done"
    NOTE = "note"
    WAITS = "waits"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing in the history of a study.

    Attributes:
        at: when; None of what is not dated.
        facts: numbers and stable words, by name; what they are depends on the kind (ledger/timeline.py).
        note: a sentence for a person, as the ledger has it, in English; free of patient data.
        words: what a person wrote: shown to people alone.
        by: who asked, where a person did.
    """

    kind: HappeningKind
    at: datetime | None
    version: int
    tone: Tone = Tone.DONE
    facts: Mapping[str, str | int] = field(default_factory=dict)
    note: str = ""
    words: str = field(default="", repr=False)
    by: str = field(default="", repr=False)


class Action(StrEnum):
    """What a person may ask for a study."""

    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    REREAD = "reread"
    RETRACT = "retract"


class RequestOutcome(StrEnum):
    """What became of a request: DONE, NOTHING to do, REFUSED; ASKED while nobody knows."""

    ASKED = "asked"
    DONE = "done"
    NOTHING = "nothing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PersonRequest:
    """What a person asked for a study. The words are a person's: show them to people alone.

    Raises:
        ValueError: a text is too long or has control characters; the message does not repeat it.
    """

    study_instance_uid: str
    action: Action
    by: str = field(repr=False)
    reason: str = field(default="", repr=False)
    destination: str = ""

    def __post_init__(self) -> None:
        for name, text, limit in (("by", self.by, 64), ("reason", self.reason, 500)):
            if len(text) > limit or not text.isprintable():
                raise ValueError(f"{name} is one line of at most {limit} characters")


@dataclass(frozen=True, slots=True)
class StudyBook:
    """Questions about studies, each a short read that waits for no writer, and what may be asked for one.

    Attributes:
        today: the numbers from a moment to now.
        search: a page of studies, newest first.
        timeline: everything that happened to a study, oldest first; empty where it is unknown.
        senders: the AE titles that images came from, in order.
    """

    today: Callable[[datetime, datetime], Today]
    search: Callable[[StudyQuery], StudyPage]
    timeline: Callable[[str], tuple[Happening, ...]]
    senders: Callable[[], Sequence[str]]
