"""kill -9 of the whole node at random moments: nothing acknowledged is lost, and no result is sent as two results."""

import hashlib
import random
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import Comprehensive3DSRStorage
from pynetdicom import evt

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.queries import LedgerView
from dicom_node.service import open_ledger
from domain.delivery import DeliveryState
from domain.document import DocumentKind
from domain.study import StudyState
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.free_port import free_port
from tests.system.node_process import LIGHT, REAL, NodeProcess

SUCCESS = 0x0000


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


class Modality(threading.Thread):
    """Sends studies, each file until it is acknowledged."""

    def __init__(self, studies: list[list[Path]], port: int) -> None:
        super().__init__(daemon=True)
        self._studies = studies
        self._port = port
        self.acknowledged: set[str] = set()

    def run(self) -> None:
        for paths in self._studies:
            self._send_all(paths)
            time.sleep(0.2)

    def _send_all(self, paths: list[Path]) -> None:
        left = list(paths)
        while left:
            stored = {path for path, status in send(left, self._port).items() if status == SUCCESS}
            if not stored:
                time.sleep(0.1)
            self.acknowledged |= {path.stem for path in stored}
            left = [path for path in left if path not in stored]


def is_all_done(view: LedgerView) -> bool:
    """Say whether every study is answered and every delivery made."""
    counts = view.counts()
    return set(counts.studies) == {StudyState.ANSWERED} and set(counts.deliveries) == {DeliveryState.DELIVERED}


def kill_now_and_then(node: NodeProcess, kills: int, rng: random.Random, sending: Modality) -> list[float]:
    """Kill and restart the node; return the seconds that it took to be ready again."""
    restarts = []
    for _ in range(kills):
        time.sleep(rng.uniform(0.1, 1.5))
        node.kill()
        began = time.monotonic()
        node.start()
        restarts.append(time.monotonic() - began)
    sending.join(60)
    return restarts


def message_control_id(message: bytes) -> str:
    return message.split(b"\r")[0].split(b"|")[9].decode()


def images_reported_on(archive: Archive) -> dict[str, set[str]]:
    """Return, by study, the SOP Instance UIDs that the structured reports in the archive speak of."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in archive.files():
        ds = pydicom.dcmread(path, force=True)
        if ds.SOPClassUID == Comprehensive3DSRStorage:
            for study in ds.CurrentRequestedProcedureEvidenceSequence:
                for series in study.ReferencedSeriesSequence:
                    found[ds.StudyInstanceUID] |= {
                        str(each.ReferencedSOPInstanceUID) for each in series.ReferencedSOPSequence
                    }
    return found


def check_hospital(
    settings: Settings, modality: Modality, archive: WitnessArchive, ris: MllpReceiver, studies: list[list[Path]]
) -> dict[str, int]:
    """Compare what every party holds; return what was counted."""
    view = open_ledger(settings).view
    histories = [view.history(line.study.study_instance_uid) for line in view.studies(limit=1000)]
    documents = [line for history in histories if history is not None for line in history.documents]
    by_kind = Counter(line.kind for line in documents)
    to_pacs = {line.identifier for line in documents if line.kind is not DocumentKind.HL7_ORU}
    basic = {line.identifier for line in documents if line.kind is DocumentKind.STRUCTURED_REPORT_BASIC}
    in_ris = Counter(map(message_control_id, ris.messages))

    assert modality.acknowledged == {path.stem for paths in studies for path in paths}
    assert view.counts().images == len(modality.acknowledged)
    assert set().union(*images_reported_on(archive).values()) == modality.acknowledged
    assert {path.stem for path in archive.files()} == to_pacs - basic
    assert all(len(digests) == 1 for digests in archive.digests.values())
    assert set(in_ris) == {line.identifier for line in documents if line.kind is DocumentKind.HL7_ORU}
    assert len(set(ris.messages)) == len(in_ris)
    versions = sum(view.counts().studies.values())
    assert by_kind[DocumentKind.STRUCTURED_REPORT] == by_kind[DocumentKind.HL7_ORU] == versions
    return {
        "studies": len(studies),
        "images acknowledged": len(modality.acknowledged),
        "versions answered": versions,
        "documents in the archive": len(archive.files()),
        "of them stored again": archive.stores - len(archive.files()),
        "messages in the RIS": len(in_ris),
        "of them sent again": len(ris.messages) - len(in_ris),
    }


# pynetdicom leaves the sockets of broken associations to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("reader", "studies", "kills"), [(LIGHT, 50, 10), (REAL, 6, 3)])
def test_a_node_that_is_killed_again_and_again_loses_nothing_and_answers_once(
    tmp_path: Path, reader: str, studies: int, kills: int
) -> None:
    rng = random.Random(20260301)
    files = [write_study(tmp_path / "in" / str(number), draw_study(number)) for number in range(studies)]
    with WitnessArchive(tmp_path / "archive") as archive, MllpReceiver() as ris:
        ports = {"pacs": archive.port, "ris": ris.port, "port": free_port()}
        bundle = {"bundle": write_bundle(tmp_path / "bundle"), "threads": 1}
        settings = make_settings(tmp_path / "data", reading=bundle, **ports)
        with NodeProcess(settings, tmp_path, reader=reader) as node:
            modality = Modality(files, node.start())
            modality.start()
            restarts = kill_now_and_then(node, kills, rng, modality)
            view = open_ledger(settings).view
            wait_until(lambda: is_all_done(view), 240)
        counted = check_hospital(settings, modality, archive, ris, files)
    print(f"\n{kills} kills, ready again after {min(restarts):.1f} to {max(restarts):.1f} s;", counted)
    assert "P000" not in node.log()
    assert "Phantom^" not in node.log()
