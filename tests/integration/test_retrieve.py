"""Studies fetched from an archive that nobody here wrote: Orthanc, by C-MOVE and by C-GET."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread, dcmwrite

from config.completion import Query
from config.settings import Settings
from dicom_node.deliver.c_find_scu import asking
from dicom_node.deliver.prior_studies import find_priors
from dicom_node.deliver.query_peer import as_destination
from dicom_node.deliver.retrieve_scu import QueriedArchives, Storable
from dicom_node.receive.contexts import STORAGE_SOP_CLASSES, decodable
from dicom_node.receive.door import Door
from dicom_node.receive.retrieved import DoorIntake
from dicom_node.receive.storage_scp import StorageScp
from domain.document import DocumentKind
from domain.retrieval import RetrievalAttempt, RetrievalMethod
from tests.fakes.clock import FakeClock
from tests.fakes.documents import make_dicom_document
from tests.fakes.hospital import draw_study
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.peers.orthanc import Orthanc, run_orthanc

pytestmark = pytest.mark.peer("orthanc")
STUDY, OTHER = draw_study(1, images=3), draw_study(2, images=1)
UID = str(STUDY[0].StudyInstanceUID)
IMAGES = {str(ds.SOPInstanceUID) for ds in STUDY}
#: PS3.4 C.6.2.3: the SOP classes of the Study Root model.
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT = {
    RetrievalMethod.MOVE: "1.2.840.10008.5.1.4.1.2.2.2",
    RetrievalMethod.GET: "1.2.840.10008.5.1.4.1.2.2.3",
}
METHODS = [*RetrievalMethod]


class Node:
    """What a node needs to fetch: its listener, its door, a ledger in memory."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings.model_validate(
            {"node": {"port": 0}, "sender": [{"ae_title": "ORTHANC"}], "limits": {"free_disk_mib": 1}}
        )
        self.ledger, self.folder = FakeInstanceLedger(), folder
        self.asked: list[tuple[str, str, str]] = []
        self.scp = StorageScp(self.settings, self.ledger, FakeClock(), folder)

    def archives(self, orthanc: Orthanc, method: RetrievalMethod, **query: object) -> QueriedArchives:
        """Return the archive as a configuration would name it."""
        known = {"sender": "ORTHANC", "ae_title": "ORTHANC", "host": "127.0.0.1", "port": orthanc.dicom_port}
        door = Door.of_settings(self.settings, self.ledger, FakeClock(), self.folder, tier_of=self.settings.tier_of)
        storable = Storable([*map(str, STORAGE_SOP_CLASSES)], [*map(str, decodable())])
        named = Query.model_validate(known | {"retrieve": method, "timeout_seconds": 10} | query)
        return QueriedArchives([named], "OSTEONODE", DoorIntake(door, "OSTEONODE"), storable, self.note)

    def note(self, query: Query, study_instance_uid: str, sop_class_uid: str) -> None:
        self.asked.append((query.ae_title, study_instance_uid, sop_class_uid))


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("data"))
    node.scp.start()
    yield node
    node.scp.stop(grace_seconds=2.0)


@pytest.fixture
def node(listening: Node) -> Node:
    """Return the node with an empty ledger."""
    listening.ledger.instances.clear()
    listening.asked.clear()
    listening.ledger.failure = None
    return listening


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory, listening: Node) -> Iterator[Orthanc]:
    known = {"node": ("OSTEONODE", "127.0.0.1", listening.scp.port)}
    with run_orthanc(tmp_path_factory.mktemp("orthanc"), modalities=known, DicomAlwaysAllowFind=True) as orthanc:
        for ds in (*STUDY, *OTHER, report_of(STUDY[0])):
            buffer = BytesIO()
            dcmwrite(buffer, ds, enforce_file_format=True)
            orthanc.post("/instances", buffer.getvalue())
        yield orthanc


def report_of(image: Dataset) -> Dataset:
    """Return a structured report of the image's study: nothing that this node would take."""
    ds = dcmread(BytesIO(make_dicom_document(DocumentKind.STRUCTURED_REPORT, "2.25.7").content))
    ds.StudyInstanceUID, ds.PatientID = image.StudyInstanceUID, image.PatientID
    return ds


@pytest.mark.parametrize("method", METHODS)
def test_every_image_of_the_study_arrives_and_no_report(node: Node, orthanc: Orthanc, method: RetrievalMethod) -> None:
    assert node.archives(orthanc, method).retrieve(UID, "ORTHANC") == RetrievalAttempt(3)
    assert set(node.ledger.instances) == IMAGES
    assert node.asked == [("ORTHANC", UID, model) for model in (STUDY_ROOT_FIND, STUDY_ROOT[method])]
    kept = {ds.SOPInstanceUID: ds.PixelData for ds in STUDY}
    for uid, instance in node.ledger.instances.items():
        assert dcmread(instance.path).PixelData == kept[uid]
        assert (instance.calling_ae_title, instance.called_ae_title) == ("ORTHANC", "OSTEONODE")
    assert not node.ledger.put_aside


def test_a_study_that_was_fetched_before_is_a_duplicate_whichever_way_it_comes(node: Node, orthanc: Orthanc) -> None:
    for method in METHODS:
        assert node.archives(orthanc, method).retrieve(UID, "ORTHANC").is_done
    assert set(node.ledger.instances) == IMAGES
    assert not node.ledger.put_aside


@pytest.mark.parametrize("method", METHODS)
def test_a_study_that_the_archive_does_not_have_is_not_done(
    node: Node, orthanc: Orthanc, method: RetrievalMethod
) -> None:
    attempt = node.archives(orthanc, method).retrieve("1.2.3", "ORTHANC")
    assert (attempt.is_done, attempt.again) == (False, False)
    assert attempt.said


def test_an_archive_that_does_not_know_this_node_is_told_what_to_change(node: Node, orthanc: Orthanc) -> None:
    archives = node.archives(orthanc, RetrievalMethod.MOVE, calling_ae_title="OSTEONODE")
    archives._node_ae_title = "NOBODY"
    attempt = archives.retrieve(UID, "ORTHANC")
    assert (attempt.is_done, attempt.again) == (False, False), attempt.said
    assert "NOBODY" in attempt.said


def test_what_this_node_refuses_is_counted_as_not_handed_over(node: Node, orthanc: Orthanc) -> None:
    node.ledger.failure = OSError("no room")
    attempt = node.archives(orthanc, RetrievalMethod.GET).retrieve(UID, "ORTHANC")
    assert (attempt.completed, attempt.failed, attempt.is_done) == (0, 3, False)


def test_the_other_studies_of_a_patient_are_found_and_those_of_others_are_not(orthanc: Orthanc) -> None:
    query = Query(sender="ORTHANC", ae_title="ORTHANC", host="127.0.0.1", port=orthanc.dicom_port)
    patient = {"patient_id": STUDY[0].PatientID, "issuer": STUDY[0].IssuerOfPatientID}
    with asking(as_destination(query), "OSTEONODE") as finder:
        found = find_priors(finder.find, **patient, study_instance_uid="1.2.3")
        none = find_priors(finder.find, **patient, study_instance_uid=UID)
    assert [each.study_instance_uid for each in found.studies] == [UID], found
    assert (none.studies, found.studies[0].instances) == ((), "4")


def test_an_archive_that_is_not_there_is_asked_again(node: Node, orthanc: Orthanc) -> None:
    attempt = node.archives(orthanc, RetrievalMethod.MOVE, port=1).retrieve(UID, "ORTHANC")
    assert (attempt.again, "no TCP connection" in attempt.said) == (True, True)
