"""What the API answers with, as models: the document describes them, and what a view returns is checked by them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dicom_node.study_ports import Action, HappeningKind, RequestOutcome, Tone
from domain.breaker import BreakerState
from domain.commitment import CommitmentState
from domain.delivery import DeliveryState
from domain.final_report import ReportStatement, ReportStatus, StudyAnswer
from domain.finding import FractureState, ReadingStatus
from domain.study import StudyState

Probability = Annotated[float, Field(ge=0, le=1)]


class Body(BaseModel):
    """What a view returns."""

    model_config = ConfigDict(frozen=True)


class StudyBody(Body):
    """One study: its latest version."""

    study_instance_uid: str
    version: int = Field(description="1 for the first answer; counts every later one.")
    state: StudyState
    accession_number: str = Field(description="Empty where the images name none.")
    calling_ae_titles: tuple[str, ...]
    images: int
    first_arrival_at: datetime
    last_arrival_at: datetime
    answered_at: datetime | None
    held_code: str = Field(description="Why it is held; empty where it is not. docs/operations.md explains each code.")
    held_reason: str
    fracture: FractureState | None = Field(description="The statement of the answer; null where it makes none.")
    probability: Probability | None
    deliveries: dict[str, DeliveryState] = Field(description="By destination.")
    commitments: dict[str, CommitmentState] = Field(description="By destination.")


class StudyListBody(Body):
    """A page of studies, newest first."""

    studies: tuple[StudyBody, ...]
    following: str | None = Field(description="`after` of the next page; null on the last one.")


class HappeningBody(Body):
    """One thing in the history of a study."""

    kind: HappeningKind
    at: datetime | None
    version: int
    tone: Tone = Field(description="How it is to be taken.")
    facts: dict[str, str | int]
    note: str = Field(description="A sentence in English; free of patient data.")
    words: str | None = Field(description="What a person wrote; null for a role that sees no patient data.")
    by: str = Field(description="Who asked, where a person or a program did.")


class FinalReportBody(Body):
    """A radiologist's final report, as far as it is kept: what it says of a fracture, never its text."""

    status: ReportStatus
    statement: ReportStatement | None = Field(description="Null where it was withdrawn.")
    rule: str = Field(description="Which rule decided; docs/hl7.md explains each code.")
    received_at: datetime
    accession_number: str | None = Field(description="Null for a role that sees no patient data.")
    control_id: str | None = Field(description="MSH-10 of its message; null for a role that sees no patient data.")


class ComparedBody(Body):
    """What was said beside the final reports of a study."""

    version: int = Field(description="Of our answer.")
    answer: StudyAnswer
    statement: ReportStatement = Field(description="Of the reports together.")
    compared_at: datetime


class StudyHistoryBody(Body):
    """One study with everything that happened to it, oldest first."""

    study: StudyBody
    history: tuple[HappeningBody, ...]
    final_reports: tuple[FinalReportBody, ...] = Field(description="The first that came first; empty without one.")
    compared: ComparedBody | None = Field(description="Null before report and answer are both here.")


class DoneBody(Body):
    """What became of an action."""

    study_instance_uid: str
    action: Action
    outcome: RequestOutcome
    changed: int = Field(description="How many deliveries; of reread and retract, the number of the version.")


class ChangedBody(Body):
    """How much an action changed."""

    changed: int


class QuarantinedBody(Body):
    """A file that was put aside."""

    number: int
    reason_code: str = Field(description="docs/operations.md explains each code.")
    reason: str
    calling_ae_title: str
    called_ae_title: str
    recorded_at: datetime
    times: int = Field(description="How often it came.")


class QuarantineBody(Body):
    """What was put aside, newest first."""

    files: tuple[QuarantinedBody, ...]


class RetriedBody(Body):
    """What became of a file that was tried again."""

    outcome: str = Field(description="The code of what a sender would be told.")
    taken_in: bool = Field(description="It is out of quarantine, and here.")


class DeadLetterBody(Body):
    """A delivery that is held because it failed."""

    study_instance_uid: str
    version: int
    destination: str
    since: datetime | None
    attempts: int
    last_status: str = Field(description="What the peer answered last; empty where it answered nothing.")
    explanation: str


class DeadLettersBody(Body):
    """What failed for good, the longest held first."""

    dead_letters: tuple[DeadLetterBody, ...]


class DestinationBody(Body):
    """How a destination answers, and what waits for it."""

    name: str
    kind: str | None = Field(description="Null for one that is not in the configuration any more.")
    state: BreakerState = Field(description="closed: deliveries go there; open: they wait; half_open: one goes.")
    since: datetime | None
    waiting: int
    held: int
    explanation: str = Field(description="The last failure in words; empty where there is none.")


class DestinationsBody(Body):
    """The destinations."""

    destinations: tuple[DestinationBody, ...]


class ModelBody(Body):
    """One model."""

    name: str
    version: str
    sha256: str
    task: str
    backend: str
    classes: tuple[str, ...]
    licence: str


class OperatingPointBody(Body):
    """From which calibrated probability what is said of a region."""

    region: str
    doubt_from: Probability
    present_from: Probability


class ModelsBody(Body):
    """The models that read."""

    bundle: str
    model_set: str = Field(description="Digest over names, versions and hashes; part of every result UID.")
    precision: str
    models: tuple[ModelBody, ...]
    operating_points: tuple[OperatingPointBody, ...]


class HealthBody(Body):
    """Whether the console can work."""

    status: Literal["ok", "degraded"]
    version: str
    ledger: bool = Field(description="The ledger answers.")
    readers: bool = Field(description="The node takes single images to read.")


class LabelledBody(Body):
    """A label with its probability."""

    label: str
    probability: Probability


class ReasonBody(Body):
    """Why an image was not read."""

    code: str
    text: str


class FractureBody(Body):
    """The statement about a fracture."""

    state: FractureState
    probability: Probability = Field(description="Calibrated, for the whole image.")
    interval: tuple[Probability, Probability] = Field(description="The spread over the ensemble.")


class BoxBody(Body):
    """A box in pixels of the stored image: origin at the outer corner of the top-left pixel, x to the right."""

    label: str
    probability: Probability
    x_min_px: float
    y_min_px: float
    x_max_px: float
    y_max_px: float


class MemberBody(Body):
    """What one model said."""

    model: str
    version: str
    sha256: str
    probability: Probability | None
    milliseconds: float


class SilentBody(Body):
    """A model that was asked and gave no answer in time."""

    model: str
    version: str
    reason: str


class ReadingBody(Body):
    """One image, as `osteonode read --json` has it, byte for byte. Keys are only ever added."""

    path: str
    study_instance_uid: str | None
    sop_instance_uid: str | None
    status: ReadingStatus
    reason: ReasonBody | None
    region: LabelledBody | None
    fracture: FractureBody | None
    boxes: tuple[BoxBody, ...]
    types: tuple[LabelledBody, ...]
    members: tuple[MemberBody, ...]
    silent: tuple[SilentBody, ...]
    milliseconds: float
    recommendations: tuple[dict[str, object], ...]
