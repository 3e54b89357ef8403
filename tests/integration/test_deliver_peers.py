"""C-STORE delivery to archives that nobody here wrote."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import ImplicitVRLittleEndian

from config.settings import Destination
from dicom_node.deliver.c_store_scu import CStoreDestination
from dicom_node.deliver.registry import probe
from domain.delivery import Outcome
from domain.document import DocumentKind
from tests.fakes.documents import STUDY_INSTANCE_UID, make_answer, make_dicom_document
from tests.peers.orthanc import run_orthanc
from tests.peers.storescp import run_storescp

SENT = {document.identifier for document in make_answer() if document.kind is not DocumentKind.STRUCTURED_REPORT_BASIC}


@pytest.mark.peer("orthanc")
def test_orthanc_holds_one_study_however_often_it_is_sent(tmp_path: Path) -> None:
    with run_orthanc(tmp_path) as orthanc:
        destination = CStoreDestination(orthanc.destination(), "OSTEONODE")
        attempts = [destination.deliver(make_answer()) for _ in range(2)]
        instances = orthanc.instances()
        files = [dcmread(BytesIO(content)) for content in orthanc.files()]
    assert [attempt.outcome for attempt in attempts] == [Outcome.DELIVERED] * 2
    assert {instance["SOPInstanceUID"] for instance in instances} == SENT
    assert {instance["StudyInstanceUID"] for instance in instances} == {STUDY_INSTANCE_UID}
    sent = {document.identifier: document.content for document in make_answer()}
    assert all(ds == dcmread(BytesIO(sent[ds.SOPInstanceUID])) for ds in files)


@pytest.mark.peer("orthanc")
def test_orthanc_says_when_it_is_called_by_another_name(tmp_path: Path) -> None:
    with run_orthanc(tmp_path) as orthanc:
        wrong = Destination(
            name="pacs", kind="dicom", ae_title="PACS", host="127.0.0.1", port=orthanc.dicom_port, timeout_seconds=5
        )
        attempt = CStoreDestination(wrong, "OSTEONODE").deliver(make_answer())
        assert probe(orthanc.destination(), "OSTEONODE").reachable
    assert attempt.outcome is Outcome.REFUSED
    assert "1/1/7" in attempt.explanation


@pytest.mark.peer("dcmtk")
def test_storescp_gets_every_document(tmp_path: Path) -> None:
    with run_storescp(tmp_path, "+xa") as storescp:
        attempt = CStoreDestination(storescp.destination(), "OSTEONODE").deliver(make_answer())
        files = [dcmread(path) for path in storescp.files()]
    assert attempt.outcome is Outcome.DELIVERED
    assert {ds.SOPInstanceUID for ds in files} == SENT


@pytest.mark.peer("dcmtk")
def test_storescp_that_takes_implicit_vr_only_gets_the_same_picture(tmp_path: Path) -> None:
    document = make_dicom_document(DocumentKind.SECONDARY_CAPTURE, rows=200, columns=300)
    with run_storescp(tmp_path, "+xi") as storescp:
        attempt = CStoreDestination(storescp.destination(), "OSTEONODE").deliver([document])
        (kept,) = [dcmread(path) for path in storescp.files()]
    assert attempt.outcome is Outcome.DELIVERED
    assert kept.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    assert kept.PixelData == dcmread(BytesIO(document.content)).PixelData


@pytest.mark.peer("dcmtk")
def test_storescp_that_refuses_every_association_for_good_waits_for_a_person(tmp_path: Path) -> None:
    with run_storescp(tmp_path, "--refuse") as storescp:
        attempt = CStoreDestination(storescp.destination(), "OSTEONODE").deliver(make_answer())
    assert attempt.outcome is Outcome.REFUSED
    assert "rejected the association" in attempt.explanation


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("option", ["--abort-after", "--abort-during"])
def test_storescp_that_aborts_is_retried(tmp_path: Path, option: str) -> None:
    with run_storescp(tmp_path, option) as storescp:
        attempt = CStoreDestination(storescp.destination(), "OSTEONODE").deliver(make_answer())
    assert attempt.outcome is Outcome.RETRY
    assert attempt.explanation
