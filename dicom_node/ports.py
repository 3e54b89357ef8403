"""The Protocols between the parts of the node. Every port has a fake in tests/fakes and one contract suite for both."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from domain.completeness import NOTHING_KNOWN, Known
from domain.correction import Retraction, Superseded
from domain.delivery import Attempt, Delivery
from domain.document import Document
from domain.errors import OsteonodeError
from domain.explanation import Explanation, ExplanationState
from domain.finding import ImageReading, StudyFindings
from domain.image_measures import ImageMeasures
from domain.impression import Impression
from domain.instance import ReceivedInstance
from domain.routing import Kinds, Routing
from domain.shadow import Shadow
from domain.study import CompletionRule, Study, StudyState

if TYPE_CHECKING:  # they load much that those who only hand work over, or read, do not need
    from sqlalchemy import Connection

    from reporting.context import StudyContext
    from reporting.evidence import ImageEvidence


class Clock(Protocol):
    """Time, so that tests never sleep."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        ...


class Chance(Protocol):
    """Chance, so that tests know what it will say."""

    def fraction(self) -> float:
        """Return a number from 0 up to, and without, 1."""
        ...


class Recorded(StrEnum):
    """What the ledger made of an instance."""

    NEW = "new"
    DUPLICATE = "duplicate"  # same SOP Instance UID, same bytes: nothing to do
    RETRACTED = "retracted"  # a duplicate too, of a study whose result a person took back: it is not read again
    OWN_RESULT = "own_result"  # a document of this node that came back: nothing to read
    CONFLICT = "conflict"  # same SOP Instance UID, other bytes: the first is kept, the second is in quarantine


class InstanceLedger(Protocol):
    """The part of the ledger that receiving needs."""

    def record_instance(self, instance: ReceivedInstance) -> Recorded:
        """Record a durable instance, open or re-open its study and start its reading, in one transaction.

        Raises:
            LedgerFull: there is no room; nothing was recorded.
            LedgerError: the store failed; nothing was recorded.
        """
        ...

    def quarantine(
        self, path: Path, *, reason_code: str, reason: str, calling_ae_title: str, called_ae_title: str = ""
    ) -> None:
        """Record that the file at `path` was put aside, and why, for a person to see; one path is recorded once."""
        ...


@dataclass(frozen=True, slots=True)
class Probe:
    """What a check of a destination found: whether a delivery could start now, and in words what was seen."""

    reachable: bool
    explanation: str


class Destination(Protocol):
    """One place that results go to. Blocking; safe to call again with the same documents."""

    name: str

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Try to hand over the documents of one study; never raises for what a peer or the network does."""
        ...

    def probe(self) -> Probe:
        """Look whether a delivery could start now, by what costs the peer little and says nothing of a patient.

        Never raises for what a peer, the network or a disk does.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadImage:
    """A reading, and what a person should see with it.

    Attributes:
        display_path: 8-bit grey PNG in the stored orientation, bone bright, long side bounded; None where undecodable.
        heat_map_path: where a model looked, a domain.evidence_map encoded; None where no model shows it.
        measures: what the image is like, only when it was just read; None where it could not be decoded.
    """

    reading: ImageReading
    display_path: Path | None = None
    heat_map_path: Path | None = None
    measures: ImageMeasures | None = None


class FractureReader(Protocol):
    """Reads one image, whatever happens: a crash or a hang of a model is a FAILED reading, never an exception."""

    @property
    def model_set(self) -> str:
        """Digest of the ensemble."""
        ...

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        """Read the Part 10 file at `path`; write display and heat map into `evidence_folder`."""
        ...


@dataclass(frozen=True, slots=True)
class ExplanationTask:
    """A version of a study that was answered, and which of its images to explain. It can go to another process.

    Attributes:
        context: that of the answer.
        files: the Part 10 file of each image, by SOP Instance UID.
        displays: the display picture of each image that has one.
        explained: SOP Instance UIDs of the images to explain, the most suspicious first.
    """

    context: "StudyContext"
    findings: StudyFindings
    files: Mapping[str, Path]
    displays: Mapping[str, Path]
    explained: tuple[str, ...]

    def evidence(self) -> "list[ImageEvidence]":
        """Return header and picture of every image."""
        import pydicom

        from reporting.evidence import ImageEvidence

        return [
            ImageEvidence(pydicom.dcmread(path, stop_before_pixels=True), self.displays.get(uid))
            for uid, path in self.files.items()
        ]


class ExplainerClosed(Exception):
    """The node stops: nothing was explained, and nothing is wrong with the study."""


class StudyExplainer(Protocol):
    """Explains studies that were answered; takes its time, and keeps nobody else waiting."""

    def explain(self, task: ExplanationTask) -> tuple[Document, ...]:
        """Return the documents that explain a study, of kinds in LATER_KINDS; the same UIDs for the same task.

        Raises:
            ModelError: it cannot be explained, now or ever: what is missing, or a crash; DeadlineExceeded where it took
                too long.
            DocumentError: a document would leave non-conformant.
            OSError: a file cannot be read.
            ExplainerClosed: the node stops.
        """
        ...

    def close(self) -> None:
        """Stop what is under way."""
        ...


class Starts(Protocol):
    """Starts the work that a new row asks for, inside the row's own transaction: both are kept, or neither.

    `turn` tells one plan from the next for the same row; the same call made twice starts the work once.
    """

    def read_image(self, connection: "Connection", sop_instance_uid: str) -> None:
        """Start to read an image."""
        ...

    def answer_study(
        self, connection: "Connection", study_instance_uid: str, version: int, turn: int, *, delay_seconds: float = 0.0
    ) -> None:
        """Start to answer a version of a study, after a delay."""
        ...

    def deliver(self, connection: "Connection", delivery: Delivery, *, delay_seconds: float = 0.0) -> None:
        """Start the next attempt of a delivery, after a delay."""
        ...

    def explain_study(
        self, connection: "Connection", study_instance_uid: str, version: int, turn: int, *, delay_seconds: float = 0.0
    ) -> None:
        """Start to explain a version of a study, after a delay."""
        ...


class StudyLedger(Protocol):
    """The part of the ledger that the pipeline needs. Everything is safe to call twice with the same arguments.

    Every method raises LedgerFull where there is no room and LedgerError where the store failed.
    """

    def start_readings(self, at_most: int) -> int:
        """Start to read the images that arrived first; return how many were started, 0 where none waits."""
        ...

    def open_studies(self) -> Sequence[Study]:
        """Return the studies that still wait for images."""
        ...

    def close_study(self, study: Study, rule: CompletionRule, known: Known = NOTHING_KNOWN) -> StudyState | None:
        """Close a study and start its answer, or hold it where its result was retracted; return its state.

        None where an image came, or somebody else closed it, since. `known` is kept beside the rule.
        """
        ...

    def instances(self, study_instance_uid: str, version: int) -> tuple[ReceivedInstance, ...]:
        """Return the images of one version, in an order that does not depend on their arrival."""
        ...

    def instance(self, sop_instance_uid: str) -> ReceivedInstance:
        """Return one image."""
        ...

    def reading(self, sha256: str, model_set: str) -> "ReadImage | None":
        """Return what the models said of the image with this digest."""
        ...

    def keep_reading(self, sha256: str, read: "ReadImage") -> "ReadImage":
        """Keep a reading and return the one that was kept: the first wins."""
        ...

    def findings(self, study_instance_uid: str, version: int) -> StudyFindings | None:
        """Return what the documents of one version say, None where that was not kept."""
        ...

    def superseded(self, study_instance_uid: str, version: int) -> Superseded | None:
        """Return the answer that a version takes the place of, None where it is the first."""
        ...

    def retraction(self, study_instance_uid: str, version: int) -> Retraction | None:
        """Return the retraction that a version is, None where it answers."""
        ...

    def sent_documents(self, study_instance_uid: str, version: int, destination: str) -> Iterator[Document]:
        """Give, one at a time, the DICOM objects of earlier versions that a destination has and that no note rejected.

        A document that another one stood in for was not sent.
        """
        ...

    def keep_rejection_note(self, delivery: Delivery, note: Document) -> None:
        """Keep the rejection note that a delivery brings; the first one stays."""
        ...

    def documents(
        self, study_instance_uid: str, version: int, *, sop_class_uids: Collection[str] = ()
    ) -> tuple[Document, ...]:
        """Return the documents of one version, empty before it is answered; of these classes where some are named."""
        ...

    def keep_answer(
        self,
        study_instance_uid: str,
        version: int,
        documents: Sequence[Document],
        *,
        findings: StudyFindings,
        recipients: Sequence[str],
        withheld: Sequence[str] = (),
        explained_to: Sequence[str] = (),
        impression: Impression | None = None,
        routing: Routing | None = None,
        shadow: Shadow | None = None,
    ) -> None:
        """Keep the documents of one version with what they say, and start one delivery per recipient.

        The version is answered then, or retracted where it takes another back.

        `recipients` are names of destinations, `withheld` says why documents are missing, for a person. When the answer
        has left, the version is explained to those in `explained_to`. `impression` is kept as codes, without its text.
        `routing` says what each recipient may get, and by which rule; without it, all that it takes. With `shadow`,
        nothing is sent: every delivery waits for a person, and a version without any is in the state SHADOW for good.
        """
        ...

    def known(self, study_instance_uid: str, version: int) -> Known:
        """Return what was known of the completeness of one version when it closed."""
        ...

    def latest_version(self, study_instance_uid: str) -> int:
        """Return the number of the latest version of a study, open or not."""
        ...

    def explanation(self, study_instance_uid: str, version: int) -> Explanation | None:
        """Return the explanation of one version, None where nobody asked for one."""
        ...

    def keep_explanation(self, explanation: Explanation, made: Sequence[Document]) -> None:
        """Keep the documents that explain a version and start one delivery per recipient; the first ones stay.

        Nothing of a version that was taken back: it is then superseded.
        """
        ...

    def end_explanation(self, explanation: Explanation, state: ExplanationState, reason: str = "") -> None:
        """Give up an explanation, with the reason for a person; one that was made stays made."""
        ...

    def postpone_explanation(self, explanation: Explanation, *, delay_seconds: float) -> None:
        """Plan to explain later; nothing where its turn is past."""
        ...

    def started_explanations(self) -> Sequence[Explanation]:
        """Return the explanations that wait and were started."""
        ...

    def hold_study(self, study_instance_uid: str, version: int, error: OsteonodeError) -> None:
        """Set a version aside for a person, with the error's code and sentence."""
        ...

    def postpone_study(self, study_instance_uid: str, version: int, *, turn: int, delay_seconds: float) -> None:
        """Plan to answer again later; nothing where `turn` is past."""
        ...

    def delivery(self, study_instance_uid: str, version: int, destination: str) -> Delivery:
        """Return one delivery."""
        ...

    def routing(self, study_instance_uid: str, version: int) -> Routing | None:
        """Return where one version of an answer goes, None where everything goes everywhere."""
        ...

    def routed_earlier(self, study_instance_uid: str, version: int) -> Mapping[str, Kinds]:
        """Return the destinations that versions before this one went to, with the kinds that might go there."""
        ...

    def claim_attempt(self, planned: Delivery) -> Delivery | None:
        """Return the delivery whose planned attempt is to be made now, None where the plan is void.

        None as well, and the delivery waits or is held, where it is not its turn: while an earlier version of the study
        waits for the same destination, and when a later one has arrived there.
        """
        ...

    def keep_attempt(
        self, delivery: Delivery, attempt: Attempt, *, retry_after_seconds: float | None, followed_by: str = ""
    ) -> None:
        """Keep how one attempt ended and plan the next one; without `retry_after_seconds` there is none to plan.

        The delivery is then delivered, or held for a person. Once it is delivered, the delivery `followed_by` of the
        same version opens.
        """
        ...

    def unanswered(self) -> Sequence[tuple[Study, int]]:
        """Return closed studies that wait for their answer, with the turn that should bring it."""
        ...

    def started_deliveries(self) -> Sequence[Delivery]:
        """Return waiting deliveries with a planned attempt."""
        ...

    def replan_delivery(self, delivery: Delivery) -> None:
        """Plan a delivery again whose planned attempt will never run; nothing where it was planned anew since."""
        ...
