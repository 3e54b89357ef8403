"""What every party around a node holds in the end, compared: nothing lost, nothing twice, nothing changed."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.uid import Comprehensive3DSRStorage
from pynetdicom import evt

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.queries import DocumentLine, History, LedgerView
from dicom_node.openings import open_ledger
from domain.delivery import DeliveryState
from domain.document import DocumentKind
from domain.finding import ReadingStatus
from domain.study import StudyState


class WitnessArchive(Archive):
    """Remembers the bytes of every C-STORE, also of those that come again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.digests: dict[str, set[str]] = defaultdict(set)
        self.stores = 0

    def store(self, event: evt.Event) -> int:
        self.stores += 1
        digest = hashlib.sha256(event.request.DataSet.getvalue()).hexdigest()
        self.digests[str(event.request.AffectedSOPInstanceUID)].add(digest)
        return super().store(event)


@dataclass(frozen=True, slots=True)
class Census:
    """What was counted, in the order in which it is printed."""

    studies: int
    images_acknowledged: int
    images_reported_on: int
    images_read: int
    versions_answered: int
    documents_in_archive: int
    stored_again: int
    messages_in_ris: int
    sent_again: int

    def __str__(self) -> str:
        return "\n".join(f"{name.replace('_', ' '):>22} {getattr(self, name):6}" for name in self.__slots__)


def is_all_done(view: LedgerView) -> bool:
    """Say whether every study is answered and every delivery made."""
    counts = view.counts()
    return set(counts.studies) == {StudyState.ANSWERED} and set(counts.deliveries) == {DeliveryState.DELIVERED}


def message_control_id(message: bytes) -> str:
    return message.split(b"\r")[0].split(b"|")[9].decode()


def check_hospital(
    settings: Settings, sent: dict[str, set[str]], acknowledged: set[str], archive: WitnessArchive, ris: MllpReceiver
) -> Census:
    """Compare what every party holds; return what was counted.

    Args:
        sent: SOP Instance UIDs by Study Instance UID.
        acknowledged: of them, those that the node answered with success.
    """
    view = open_ledger(settings).view
    histories = _histories(view)
    documents = [line for history in histories for line in history.documents]
    kinds = Counter(line.kind for line in documents)
    messages = {line.identifier for line in documents if line.kind is DocumentKind.HL7_ORU}
    reported = _images_of_latest_reports(archive, histories)
    in_ris = Counter(map(message_control_id, ris.messages))
    versions = sum(view.counts().studies.values())

    assert acknowledged == set().union(*sent.values())
    assert reported == sent, "the last report on a study speaks of all its images"
    assert {path.stem for path in archive.files()} == _meant_for_archive(documents)
    assert all(len(digests) == 1 for digests in archive.digests.values()), "the same UID, other bytes"
    assert set(in_ris) == messages
    assert len(set(ris.messages)) == len(in_ris), "the same MSH-10, another message"
    assert kinds[DocumentKind.STRUCTURED_REPORT] == kinds[DocumentKind.HL7_ORU] == versions
    return Census(
        studies=len(sent),
        images_acknowledged=len(acknowledged),
        images_reported_on=sum(map(len, reported.values())),
        images_read=sum(
            image.reading_status == ReadingStatus.READ for history in histories for image in history.arrivals
        ),
        versions_answered=versions,
        documents_in_archive=len(archive.files()),
        stored_again=archive.stores - len(archive.files()),
        messages_in_ris=len(in_ris),
        sent_again=len(ris.messages) - len(in_ris),
    )


def _histories(view: LedgerView) -> list[History]:
    lines = view.studies(limit=10_000)
    return [found for line in lines if (found := view.history(line.study.study_instance_uid)) is not None]


def _meant_for_archive(documents: Iterable[DocumentLine]) -> set[str]:
    """Return the UIDs that an archive has which takes the report itself and needs no stand-in."""
    elsewhere = {DocumentKind.HL7_ORU, DocumentKind.STRUCTURED_REPORT_BASIC}
    return {line.identifier for line in documents if line.kind not in elsewhere}


def _images_of_latest_reports(archive: Archive, histories: Iterable[History]) -> dict[str, set[str]]:
    """Return, by study, the SOP Instance UIDs that the last structured report in the archive speaks of."""
    found: dict[str, set[str]] = {}
    for history in histories:
        reports = [line for line in history.documents if line.kind is DocumentKind.STRUCTURED_REPORT]
        latest = max(reports, key=lambda line: line.version)
        ds = pydicom.dcmread(archive.folder / f"{latest.identifier}.dcm", force=True)
        assert ds.SOPClassUID == Comprehensive3DSRStorage
        found[ds.StudyInstanceUID] = set(_images_in_evidence(ds))
    return found


def _images_in_evidence(report: pydicom.Dataset) -> Iterable[str]:
    for study in report.CurrentRequestedProcedureEvidenceSequence:
        for series in study.ReferencedSeriesSequence:
            yield from (str(each.ReferencedSOPInstanceUID) for each in series.ReferencedSOPSequence)
