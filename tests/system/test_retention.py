"""A whole node whose pixels were purged: real documents are made without them, and the sweep runs by itself."""

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.demo_peers.archive import Archive
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.ledger.purging import Purging
from dicom_node.openings import open_ledger
from dicom_node.service import Service
from domain.correction import Retraction, RetractionReason
from domain.delivery import DeliveryState
from domain.study import StudyState
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import LightReader, light
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path / "archive", port=free_port())
    archive.start()
    yield archive
    archive.stop()


def node_of(settings: Settings) -> Service:
    return Service(settings, reader_factory=light(LightReader()), rescue_seconds=2.0)


def answered(node: Service, versions: int) -> bool:
    states = node.view.counts()
    spoken = states.studies.get(StudyState.ANSWERED, 0) + states.studies.get(StudyState.RETRACTED, 0)
    return spoken == versions and set(states.deliveries) == {DeliveryState.DELIVERED}


def test_a_late_image_and_a_retraction_are_answered_without_the_pixels_that_were_purged(
    tmp_path: Path, archive: Archive
) -> None:
    settings = make_settings(tmp_path / "data", pacs=archive.port)
    study = draw_study(1)
    uid, paths = str(study[0].StudyInstanceUID), write_study(tmp_path / "in", study)
    with node_of(settings) as node:
        send(paths[:1], node.port)
        wait_until(lambda: answered(node, 1))
        engine = open_engine(database_url(settings.node.data))
        purging = Purging(engine, settings.node.data, SystemClock())
        for kind in ("images", "evidence"):
            assert purging.purge(kind, uid).outstanding == ()
        purging.carry_out()
        engine.dispose()
        send(paths[1:], node.port)
        wait_until(lambda: answered(node, 2))
        open_ledger(settings).interventions.retract(uid, Retraction(RetractionReason.WRONG_SIDE, "", ""))
        wait_until(lambda: answered(node, 3))
        images = [each.sop_instance_uid for each in node.view.history(uid).arrivals]  # type: ignore[union-attr]
    objects = [pydicom.dcmread(path, force=True, stop_before_pixels=True) for path in archive.files()]
    corrections = [ds for ds in objects if "PredecessorDocumentsSequence" in ds]
    assert corrections
    assert {ds.PatientID for ds in objects} == {study[0].PatientID}
    for report in corrections:
        evidence = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        named = {item.ReferencedSOPInstanceUID for series in evidence for item in series.ReferencedSOPSequence}
        assert set(images) <= named


def test_a_node_purges_by_itself_and_leaves_disk_and_rows_flat(tmp_path: Path, archive: Archive) -> None:
    days = 1 / 86400
    retention = {f"{kind}_days": days for kind in ("images", "evidence", "documents", "history", "quarantine")}
    settings = make_settings(
        tmp_path / "data", pacs=archive.port, retention=retention | {"sweep_seconds": 0.5, "orders_days": 1}
    )
    with node_of(settings) as node:
        for number in range(3):
            send(write_study(tmp_path / "in", draw_study(number)), node.port)
        wait_until(lambda: len(archive.files()) > 0 and node.view.studies() == ())
    left = [path for path in settings.node.data.rglob("*.dcm")]
    assert left == []
