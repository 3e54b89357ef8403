"""A whole node with every way in open: images come by Orthanc, by HTTP and by a folder, and the answers go back."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.ledger.feeds import Feeds
from dicom_node.service import Service
from domain.delivery import DeliveryState
from domain.study import StudyState
from tests.fakes.hospital import draw_study, wait_until, write_study
from tests.fakes.light_reader import light
from tests.peers.orthanc import Orthanc, run_orthanc
from tests.peers.processes import find_free_port

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.peer]


class Hospital:
    """An Orthanc that is source and archive, and a node that watches a folder and takes posts."""

    def __init__(self, folder: Path, orthanc: Orthanc) -> None:
        self.folder, self.orthanc, self.http_port = folder, orthanc, find_free_port()
        self.drop = folder / "drop"
        self.drop.mkdir()
        archive = {"ae_title": orthanc.ae_title, "host": "127.0.0.1", "port": orthanc.dicom_port}
        self.settings = Settings.model_validate(
            {
                "node": {"data": folder / "data", "port": 0},
                "destination": [{"name": "pacs", "kind": "dicom", **archive}],
                "completion": {"quiet_seconds": 0.5},
                "limits": {"free_disk_mib": 1},
                "http": {"port": self.http_port},
                "http_client": [{"name": "here", "address": "127.0.0.1"}],
                "folder": [{"name": "drop", "path": self.drop, "interval_seconds": 0.1, "settle_seconds": 0.2}],
                "orthanc": [{"name": "ward", "url": orthanc.url, "interval_seconds": 0.1}],
            }
        )
        self.node = Service(self.settings, reader_factory=light())

    def post(self, file: Path) -> int:
        """Post a file by HTTP and return the status."""
        url, headers = f"http://127.0.0.1:{self.http_port}/studies", {"Content-Type": "application/dicom"}
        return httpx.post(url, content=file.read_bytes(), headers=headers).status_code

    def is_marked(self, study_instance_uid: str) -> bool:
        """Say whether Orthanc was told that a study is answered."""
        (found,) = self.orthanc.post("/tools/lookup", study_instance_uid.encode())
        return "5100" in self.orthanc.get(f"/studies/{found['ID']}/metadata") or self._has_label(found["ID"])

    def is_followed_to_the_end(self) -> bool:
        """Say whether nothing that Orthanc has told of is left to be fetched."""
        engine = open_engine(database_url(self.folder / "data"))
        feeds = Feeds(engine, SystemClock())
        position, waiting = feeds.position("ward"), feeds.waiting("ward")
        engine.dispose()
        return position is not None and position.sequence >= self.orthanc.get("/changes?last")["Last"] and not waiting

    def _has_label(self, study: str) -> bool:
        if "HasLabels" not in self.orthanc.get("/system"):
            return False
        return "osteonode" in self.orthanc.get(f"/studies/{study}/labels")


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with run_orthanc(tmp_path / "orthanc") as orthanc:
        hospital = Hospital(tmp_path, orthanc)
        with hospital.node:
            yield hospital


def test_each_way_in_ends_in_an_answer_and_the_same_image_by_two_ways_is_one(hospital: Hospital) -> None:
    by_orthanc, by_http, by_folder = (draw_study(number, images=1) for number in (1, 2, 3))
    (fetched,), (posted,) = (write_study(hospital.folder / "in", study) for study in (by_orthanc, by_http))
    write_study(hospital.drop, by_folder)
    assert [hospital.post(posted), hospital.post(posted)] == [200, 200]
    wait_until(lambda: hospital.node.view.counts().images >= 2)
    hospital.orthanc.post("/instances", fetched.read_bytes())
    wait_until(lambda: hospital.node.view.counts().deliveries == {DeliveryState.DELIVERED: 3})
    assert hospital.post(fetched) == 200
    uid = str(by_orthanc[0].StudyInstanceUID)
    wait_until(lambda: hospital.is_marked(uid))
    # The answers are in Orthanc now, which tells of them as of anything new: nothing comes of it.
    wait_until(hospital.is_followed_to_the_end)
    counts = hospital.node.view.counts()
    assert (counts.images, counts.studies) == (3, {StudyState.ANSWERED: 3})
    assert len(list((hospital.drop / "taken").iterdir())) == 1
    titles = {line.calling_ae_title for line in hospital.node.view.history(uid).arrivals}
    assert titles == {"ORTHANC"}
