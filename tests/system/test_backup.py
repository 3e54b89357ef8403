"""A node is backed up under load, killed, and restored elsewhere: what it had acknowledged before ends in an answer."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.ledger.database import FILE_NAME
from dicom_node.openings import back_up_data, open_ledger, restore_data
from domain.delivery import DeliveryState
from domain.study import StudyState
from tests.fakes.hospital import draw_study, make_settings, wait_until, write_study
from tests.system.busy_modality import BusyModalities
from tests.system.free_port import free_port
from tests.system.node_process import NodeProcess

pytestmark = [pytest.mark.slow, pytest.mark.system]
STUDIES, BEFORE = 20, 8


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup holds, and what was acknowledged when it began."""

    folder: Path
    acknowledged: frozenset[str]


def back_up_under_load(settings: Settings, folder: Path, port: int) -> Kept:
    """Back a node up twice while it receives, reads and delivers; kill it when more has come."""
    files = [write_study(folder / "in" / str(number), draw_study(number)) for number in range(STUDIES)]
    with NodeProcess(settings, folder) as node:
        node.start()
        modalities = BusyModalities(files, port)
        modalities.release(STUDIES)
        wait_until(lambda: len(modalities.acknowledged) >= BEFORE)
        first = back_up_data(settings, folder / "backup")
        assert (first.lost, first.damaged) == ([], [])
        acknowledged = frozenset(modalities.acknowledged)
        done = back_up_data(settings, folder / "backup")
        assert (done.lost, done.damaged) == ([], [])
        assert done.copied < done.files
        modalities.finish()
        node.kill()
    return Kept(folder / "backup", acknowledged)


def test_every_image_that_was_acknowledged_before_the_backup_is_answered_after_it(tmp_path: Path) -> None:
    port = free_port()
    with Archive(tmp_path / "archive") as archive:
        settings = make_settings(tmp_path / "data", pacs=archive.port, port=port)
        kept = back_up_under_load(settings, tmp_path, port)
        elsewhere = make_settings(tmp_path / "another machine" / "data", pacs=archive.port, port=port)
        assert restore_data(elsewhere, kept.folder).faults == {}
        (tmp_path / "second").mkdir()
        with NodeProcess(elsewhere, tmp_path / "second") as node:
            node.start()
            view = open_ledger(elsewhere).view
            wait_until(lambda: set(view.counts().studies) == {StudyState.ANSWERED})
            wait_until(lambda: set(view.counts().deliveries) == {DeliveryState.DELIVERED})
        assert kept.acknowledged <= images_in(elsewhere)
        assert kept.acknowledged <= answered_images(tmp_path / "archive")


def images_in(settings: Settings) -> set[str]:
    """Return the images that the ledger of a data folder has."""
    with closing(sqlite3.connect(settings.node.data / FILE_NAME)) as ledger:
        return {uid for (uid,) in ledger.execute("SELECT sop_instance_uid FROM instance")}


def answered_images(archive: Path) -> set[str]:
    """Return the images that a report in the archive speaks of."""
    reports = [pydicom.dcmread(path) for path in archive.rglob("*.dcm")]
    return {
        str(instance.ReferencedSOPInstanceUID)
        for report in reports
        for study in report.get("CurrentRequestedProcedureEvidenceSequence", [])
        for series in study.ReferencedSeriesSequence
        for instance in series.ReferencedSOPSequence
    }
