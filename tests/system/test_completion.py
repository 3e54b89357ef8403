"""A whole node that knows more than the time: orders and performed steps come in, the report and the record say so."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.sop_class import ModalityPerformedProcedureStep  # type: ignore[attr-defined]

from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.service import Service
from domain.study import CompletionRule
from tests.fakes.hospital import LOOPBACK, MODALITY, draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow]
STUDY = draw_study(7)
UID = str(STUDY[0].StudyInstanceUID)
ORDER = (
    "MSH|^~\\&|RIS|HOSPITAL|OSTEONODE|RADIOLOGY|20260301080000||ORM^O01|M1|P|2.3.1\r"
    "PID|1||P00007^^^NORTH&1.2.840.99&ISO^MR\r"
    "ORC|NW|PL-7^RIS|FI-7^RIS\r"
    "OBR|1|PL-7^RIS|FI-7^RIS|XRHAN2^XR hand^LOCAL||||||||||||5678^Cuddy^Lisa||A00007\r"
)


@pytest.fixture
def ris() -> Iterator[MllpReceiver]:
    with MllpReceiver(port=free_port()) as receiver:
        yield receiver


@pytest.fixture
def orders_port() -> int:
    return free_port()


@pytest.fixture
def node(tmp_path: Path, ris: MllpReceiver, orders_port: int) -> Iterator[Service]:
    tables = {"orders": {"port": orders_port}, "procedure": [{"code": "XRHAN2", "views": 2}]}
    settings = make_settings(tmp_path / "data", ris=ris.port, quiet_seconds=30, **tables)
    with Service(settings, reader_factory=light()) as service:
        yield service


def order(port: int) -> bytes:
    """Send the order and return its acknowledgement."""
    with socket.create_connection((LOOPBACK, port), 10) as connection:
        connection.sendall(b"\x0b" + ORDER.encode() + b"\x1c\r")
        return connection.recv(4096)


def test_an_order_closes_its_study_when_its_views_are_there_and_fills_the_report(
    node: Service, ris: MllpReceiver, orders_port: int, tmp_path: Path
) -> None:
    assert b"MSA|AA|M1" in order(orders_port)
    send(write_study(tmp_path / "in", STUDY), node.port)
    wait_until(lambda: ris.messages, 25)  # long before the quiet time is over
    history = node.view.history(UID)
    assert history is not None
    assert history.versions[0].study.closed_by is CompletionRule.EXPECTED_VIEWS
    assert history.orders[0].placers == ("PL-7",)
    fields = {line[:3]: line.split("|") for line in ris.messages[0].decode().split("\r")}
    assert (fields["OBR"][2], fields["OBR"][3], fields["OBR"][16]) == ("PL-7^RIS", "FI-7^RIS", "5678^Cuddy^Lisa")
    assert fields["PID"][3] == "P00007^^^OSTEONODE-DEMO^MR"  # the issuer that the image names goes first


def report_step(port: int, status: str, *images: str) -> None:
    """Say as the modality that a step of the study has begun, or ended with these images."""
    ae, ds = AE(MODALITY), Dataset()
    ae.add_requested_context(ModalityPerformedProcedureStep, ExplicitVRLittleEndian)
    ds.PerformedProcedureStepStatus = status
    assoc = ae.associate(LOOPBACK, port, ae_title="OSTEONODE", bind_address=(LOOPBACK, 0))
    if status == "IN PROGRESS":
        scheduled = Dataset()
        scheduled.StudyInstanceUID = UID
        ds.ScheduledStepAttributesSequence = [scheduled]
        answer, _ = assoc.send_n_create(ds, ModalityPerformedProcedureStep, "1.2.3.9")
    else:
        series = Dataset()
        series.ReferencedImageSequence = [Dataset() for _ in images]
        for reference, uid in zip(series.ReferencedImageSequence, images, strict=True):
            reference.ReferencedSOPClassUID = ComputedRadiographyImageStorage
            reference.ReferencedSOPInstanceUID = uid
        ds.PerformedSeriesSequence = [series]
        answer, _ = assoc.send_n_set(ds, ModalityPerformedProcedureStep, "1.2.3.9")
    assoc.release()
    assert answer.Status == 0


def test_a_completed_step_closes_its_study_at_once_when_its_images_are_there(
    node: Service, ris: MllpReceiver, tmp_path: Path
) -> None:
    report_step(node.port, "IN PROGRESS")
    send(write_study(tmp_path / "in", STUDY), node.port)
    report_step(node.port, "COMPLETED", *(str(ds.SOPInstanceUID) for ds in STUDY))
    wait_until(lambda: ris.messages, 25)
    history = node.view.history(UID)
    assert history is not None
    assert history.versions[0].study.closed_by is CompletionRule.MPPS_COMPLETED
