"""What pages look at and act through, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from config.uploads import Uploads
from dicom_node.audit_ports import EVERYTHING, AuditRecord, AuditSearch
from dicom_node.configuration_ports import CheckedText
from dicom_node.console.uploading import Uploading
from dicom_node.delivery_ports import DeadLetterLine, DestinationContact, DiscardedDelivery, SenderContact
from dicom_node.desk_ports import ImageDesk
from dicom_node.image_desk.place import DeskPlace
from dicom_node.image_desk.upload_shelf import UploadShelf
from dicom_node.peer_ports import PeerFinding
from dicom_node.quarantine_ports import DiscardedFile, QuarantinedFile, RetriedFile, UndecodedImage
from dicom_node.reading_ports import MemberTime
from domain.errors import InterventionRefused
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import FakeReports
from tests.fakes.image_desk import FakeDesk


@dataclass
class FakeQuarantineDesk:
    """Implements QuarantineDesk; what is `damaged` is never taken in."""

    lying: list[QuarantinedFile] = field(default_factory=list)
    images: list[UndecodedImage] = field(default_factory=list)
    gone: list[DiscardedFile] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)
    retried: list[int | str] = field(default_factory=list)

    def files(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what lies there."""
        return self.lying[:limit]

    def find(self, number: int) -> QuarantinedFile | None:
        """Return one file."""
        return next((each for each in self.lying if each.number == number), None)

    def undecoded(self, *, limit: int = 100) -> Sequence[UndecodedImage]:
        """Return the images that could not be decoded."""
        return self.images[:limit]

    def discarded(self, *, limit: int = 100) -> Sequence[DiscardedFile]:
        """Return what was removed."""
        return self.gone[:limit]

    def retry(self, number: int) -> RetriedFile:
        """Take a file in, unless it is damaged."""
        file = self._require(number)
        self.retried.append(number)
        if number in self.damaged:
            return RetriedFile(False, file.reason_code)
        self.lying.remove(file)
        return RetriedFile(True, "STORED")

    def retry_image(self, sop_instance_uid: str) -> int:
        """Have an image read again."""
        self.retried.append(sop_instance_uid)
        return 2

    def discard(self, number: int, reason: str, by: str) -> None:
        """Remove a file."""
        file = self._require(number)
        self.gone.insert(
            0, DiscardedFile(number, file.reason_code, file.calling_ae_title, FakeClock().now(), reason, by)
        )
        self.lying.remove(file)

    def _require(self, number: int) -> QuarantinedFile:
        file = self.find(number)
        if file is None:
            raise InterventionRefused(f"nothing in quarantine has the number {number}")
        return file


@dataclass
class FakeDeadLetterDesk:
    """Implements DeadLetterDesk."""

    lying: list[DeadLetterLine] = field(default_factory=list)
    gone: list[DiscardedDelivery] = field(default_factory=list)
    replayed: list[tuple[str | None, str | None]] = field(default_factory=list)

    def letters(self, *, limit: int = 100) -> Sequence[DeadLetterLine]:
        """Return what failed."""
        return self.lying[:limit]

    def given_up(self, *, limit: int = 100) -> Sequence[DiscardedDelivery]:
        """Return what was given up."""
        return self.gone[:limit]

    def replay(self, study_instance_uid: str | None, destination: str | None) -> int:
        """Send again."""
        self.replayed.append((study_instance_uid, destination))
        return self._take(study_instance_uid, destination)

    def discard(self, study_instance_uid: str, destination: str | None, reason: str, by: str = "") -> int:
        """Give up; a reason of more than one line is refused as the ledger does."""
        if not reason.isprintable():
            raise ValueError("reason is one line")
        gone = DiscardedDelivery(study_instance_uid, 1, destination or "", FakeClock().now(), reason, by)
        self.gone.insert(0, gone)
        return self._take(study_instance_uid, destination)

    def _take(self, study: str | None, destination: str | None) -> int:
        found = [
            each
            for each in self.lying
            if study in (None, each.delivery.study_instance_uid) and destination in (None, each.delivery.destination)
        ]
        self.lying = [each for each in self.lying if each not in found]
        return len(found)


@dataclass
class FakeContacts:
    """Implements ContactLedger."""

    heard: list[SenderContact] = field(default_factory=list)
    answered: dict[str, DestinationContact] = field(default_factory=dict)

    def senders(self, since: datetime) -> Sequence[SenderContact]:
        """Return who sent."""
        return [each for each in self.heard if each.last_at >= since]

    def destinations(self, since: datetime) -> Mapping[str, DestinationContact]:
        """Return how each answered."""
        return self.answered


@dataclass
class FakePeerCheck:
    """Implements PeerCheck."""

    found: tuple[PeerFinding, ...] = ()
    asked: list[str] = field(default_factory=list)

    def __call__(self, destination: str) -> tuple[PeerFinding, ...]:
        """Return what was found."""
        self.asked.append(destination)
        return self.found


@dataclass
class FakeReadingTimes:
    """Implements ReadingTimes."""

    times: list[MemberTime] = field(default_factory=list)

    def member_times(self, model_set: str, *, studies: int = 100) -> Sequence[MemberTime]:
        """Return how long each took."""
        return self.times


@dataclass
class FakeConfigurationCheck:
    """Implements ConfigurationCheck."""

    answer: CheckedText = field(default_factory=CheckedText)
    asked: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> CheckedText:
        """Return the answer."""
        self.asked.append(text)
        return self.answer


@dataclass
class FakeAuditReading:
    """Implements AuditReading: records that were put in, newest first."""

    kept: tuple[AuditRecord, ...] = ()
    asked: list[AuditSearch] = field(default_factory=list)

    def records(self, search: AuditSearch = EVERYTHING, *, limit: int = 100) -> tuple[AuditRecord, ...]:
        """Return what was put in."""
        self.asked.append(search)
        return self.kept[:limit]


def make_desks() -> dict[str, Any]:
    """Return each of them under its name among the services."""
    return {
        "quarantine": FakeQuarantineDesk(),
        "dead_letters": FakeDeadLetterDesk(),
        "contacts": FakeContacts(),
        "audit": FakeAuditReading(),
        "check_peer": FakePeerCheck(),
        "reading_times": FakeReadingTimes(),
        "drift": lambda: (),
        "comparison": lambda: None,
        "inputs": lambda: (),
        "report_comparisons": FakeReports(),
        "check_configuration": FakeConfigurationCheck(),
        "uploading": make_uploading(Path("/nonexistent")),
    }


def make_uploading(folder: Path, desk: ImageDesk | None = None, **settings: Any) -> Uploading:
    """Return what reads uploads without a socket, and keeps them below a folder."""
    uploads, place = Uploads(**settings), DeskPlace(folder)
    return Uploading(uploads, desk or FakeDesk(), place.spool, UploadShelf.of_settings(uploads, place, FakeClock()))
