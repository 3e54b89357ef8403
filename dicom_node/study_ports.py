"""What a person asks of studies, page by page, and what a person did to them: read models free of patient data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from dicom_node.today_ports import Today
from domain.commitment import CommitmentState
from domain.correction import RetractionReason
from domain.delivery import DeliveryState
from domain.document import DocumentKind
from domain.finding import ImageReading, StudyFindings
from domain.order_match import OrderRemark
from domain.routing import Routing
from domain.study import StudyState
from domain.tier import Tier, lowest

#: Most studies on one page.
MOST_ROWS: Final = 200


class Standing(StrEnum):
    """Where the latest version of a study stands; UNDELIVERED and FAILED are said of its deliveries."""

    OPEN = "open"
    COMPLETE = "complete"
    ANSWERED = "answered"
    HELD = "held"
    RETRACTED = "retracted"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SHADOW = "shadow"


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
class ImageFile:
    """One image of a study.

    Attributes:
        number: from 1 on, the same in every version.
        reading: what the models said last; None while they have not spoken.
        display: a grey PNG of the image as it is read, upright as stored; None where there is none.
        stored: its Part 10 file; None where the pixels were purged.
    """

    sop_instance_uid: str
    number: int
    version: int
    received_at: datetime
    calling_ae_title: str
    tier: Tier
    sha256: str
    reading: ImageReading | None
    display: Path | None
    stored: Path | None


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One document of a study; `path` is None where its file was purged."""

    identifier: str
    kind: DocumentKind
    version: int
    path: Path | None


@dataclass(frozen=True, slots=True)
class OrderUse:
    """The orders that a version was answered with, by placer order number, and what a person should know."""

    version: int
    placers: tuple[str, ...]
    remark: OrderRemark | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a study is not complete yet, in words, and when it is at the latest."""

    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class StudyFile:
    """Everything that is kept of one study.

    Attributes:
        happenings: its history, oldest first.
        findings: what its last answer says; None where there is none, or it was taken back.
        answered_version: of `findings`, 0 for none.
        header: a file with the header of an image; None where none is left.
    """

    row: StudyRow
    happenings: tuple[Happening, ...]
    images: tuple[ImageFile, ...]
    documents: tuple[DocumentFile, ...]
    orders: tuple[OrderUse, ...] = ()
    routings: Mapping[int, Routing] = field(default_factory=dict)
    findings: StudyFindings | None = None
    answered_version: int = 0
    header: Path | None = None

    @property
    def shadow_versions(self) -> frozenset[int]:
        """The versions that were made in shadow mode: nobody was sent their documents."""
        made = (each for each in self.happenings if each.kind is HappeningKind.COMPOSED)
        return frozenset(each.version for each in made if each.facts.get("state") == StudyState.SHADOW)

    @property
    def tier(self) -> Tier:
        """What its answer may state: a study of several senders is answered at the least of their tiers."""
        return lowest(image.tier for image in self.images)

    def spoken(self, image: ImageFile) -> ImageReading | None:
        """Return what is said of an image: by the answer, before it by the models; None where it was taken back."""
        if self.row.state is StudyState.RETRACTED:
            return None
        said = self.findings.readings if self.findings else ()
        return next((each for each in said if each.sop_instance_uid == image.sop_instance_uid), image.reading)

    def image(self, sop_instance_uid: str) -> ImageFile | None:
        """Return one of its images."""
        return next((each for each in self.images if each.sop_instance_uid == sop_instance_uid), None)

    def document(self, identifier: str) -> DocumentFile | None:
        """Return one of its documents."""
        return next((each for each in self.documents if each.identifier == identifier), None)


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a request: how much changed, or why it was refused."""

    outcome: RequestOutcome
    changed: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class StudyBook:
    """Questions about studies, each a short read that waits for no writer, and what a person may ask for one.

    Attributes:
        today: the numbers from a moment to now.
        search: a page of studies, newest first.
        senders: the AE titles that images came from, in order.
        file: everything about one study, None where it is unknown.
        wait: why a study waits for further images, None for one that is not open.
        carry_out: does what a person asks for, with the coded reason of a retraction; records who asked, and why.
        looked: records that somebody looked at a study: who, which, and from what address.
        develop: makes a JPEG of a stored image, upright and bone bright, of at most so many pixels a side; raises
            OSError where that cannot be done.
    """

    today: Callable[[datetime, datetime], Today]
    search: Callable[[StudyQuery], StudyPage]
    senders: Callable[[], Sequence[str]]
    file: Callable[[str], StudyFile | None]
    wait: Callable[[str], Wait | None]
    carry_out: Callable[[PersonRequest, RetractionReason], Carried]
    looked: Callable[[str, str, str], None]
    develop: Callable[[Path, int], bytes]
