"""Studies for pages, in memory: what a test says is there, and what was asked for."""

from datetime import datetime
from pathlib import Path

from dicom_node.study_ports import (
    Carried,
    DocumentFile,
    Happening,
    HappeningKind,
    ImageFile,
    PersonRequest,
    RequestOutcome,
    StudyBook,
    StudyFile,
    StudyPage,
    StudyQuery,
    StudyRow,
    Wait,
)
from dicom_node.today_ports import Latency, Today, Waiting
from domain.correction import RetractionReason
from domain.delivery import DeliveryState
from domain.document import DocumentKind
from domain.finding import StudyFindings
from domain.study import StudyState
from domain.tier import Tier
from tests.fakes.arrivals import BEGIN
from tests.fakes.light_reader import make_reading


class FakeStudies:
    """Answers with what it was given, and remembers what it was asked."""

    def __init__(self, *files: StudyFile, today: Today | None = None, carried: Carried | None = None) -> None:
        self.files = {file.row.study_instance_uid: file for file in files}
        self.now = today or quiet_day()
        self.carried = carried or Carried(RequestOutcome.DONE, 1)
        self.page = StudyPage(tuple(file.row for file in files))
        self.queries: list[StudyQuery] = []
        self.requests: list[tuple[PersonRequest, RetractionReason]] = []
        self.waits: dict[str, Wait] = {}
        self.looks: list[tuple[str, str, str]] = []

    def book(self) -> StudyBook:
        """Return what pages are given."""
        return StudyBook(
            today=lambda _since, _now: self.now,
            search=self._search,
            senders=lambda: ["MODALITY"],
            file=self.files.get,
            wait=self.waits.get,
            carry_out=self._carry_out,
            looked=lambda *look: self.looks.append(look),
            develop=self._develop,
        )

    def _search(self, query: StudyQuery) -> StudyPage:
        self.queries.append(query)
        return self.page

    def _carry_out(self, request: PersonRequest, reason: RetractionReason) -> Carried:
        self.requests.append((request, reason))
        return self.carried

    def _develop(self, path: Path, side_px: int) -> bytes:
        return f"{path.name} {side_px}".encode()


def quiet_day(since: datetime = BEGIN) -> Today:
    """Return a day on which nothing came."""
    none = Waiting(0)
    return Today(since, 0, 0, 0, 0, 0, Latency(0), none, none, none, none, none, 0, 0, ())


UID = "1.2.3"
IMAGE, REPORT, MESSAGE = "1.2.3.1", "1.2.3.9.1", "MSG1"


def make_row(state: StudyState = StudyState.ANSWERED, **others: object) -> StudyRow:
    """Return a study with one image, answered and on its way to an archive."""
    values = {
        "study_instance_uid": UID,
        "version": 1,
        "state": state,
        "accession_number": "A-1",
        "calling_ae_titles": ("MODALITY",),
        "images": 1,
        "first_arrival_at": BEGIN,
        "last_arrival_at": BEGIN,
        "answered_at": BEGIN if state is StudyState.ANSWERED else None,
        "fracture": "present",
        "probability": 0.9,
        "deliveries": {"pacs": DeliveryState.WAITING},
    }
    return StudyRow(**{**values, **others})  # type: ignore[arg-type]


def make_file(folder: Path, row: StudyRow | None = None, **others: object) -> StudyFile:
    """Return a study of a broken hand with a picture, a report and a message in a folder; the files are not made."""
    reading = make_reading(IMAGE, "1.2.840.10008.5.1.4.1.1.1")
    image = ImageFile(
        IMAGE, 1, 1, BEGIN, "MODALITY", Tier.FULL, "f" * 64, reading, folder / "display.png", folder / "image.dcm"
    )
    documents = (
        DocumentFile(REPORT, DocumentKind.STRUCTURED_REPORT, 1, folder / "report.dcm"),
        DocumentFile(MESSAGE, DocumentKind.HL7_ORU, 1, folder / "message.hl7"),
    )
    values = {
        "row": row or make_row(),
        "happenings": (Happening(HappeningKind.RECEIVED, BEGIN, 1, facts={"images": 1, "sender": "MODALITY"}),),
        "images": (image,),
        "documents": documents,
        "findings": StudyFindings(UID, reading.model_set, (reading,), reading.fracture),
        "answered_version": 1,
    }
    return StudyFile(**{**values, **others})  # type: ignore[arg-type]
