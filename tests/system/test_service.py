"""A whole node in this process, with its engine and its sockets, between an archive and an information system."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import Comprehensive3DSRStorage

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.openings import open_ledger
from dicom_node.service import Service
from domain.delivery import DeliveryState
from domain.errors import ConfigError, LedgerError
from domain.tier import Tier
from tests.fakes.hospital import MODALITY, draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import LightReader, light
from tests.system.free_port import free_port
from tests.system.node_process import PROJECT

pytestmark = [pytest.mark.system, pytest.mark.slow]


class Hospital:
    """An archive, an information system and a node between them; each can go down and come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = Archive(folder / "archive", port=free_port())
        self.ris = MllpReceiver(port=free_port())
        self.archive.start()
        self.ris.start()
        ports = {"pacs": self.archive.port, "ris": self.ris.port}
        # Long enough that a busy machine does not fall silent between two images of one study.
        self.settings = make_settings(folder / "data", quiet_seconds=1.5, **ports)
        self.reader = LightReader()
        self.node = Service(self.settings, reader_factory=light(self.reader), rescue_seconds=2.0)

    def send(self, number: int, *, images: slice = slice(None)) -> str:
        """Send images of a study and return its UID."""
        study = draw_study(number)
        paths = write_study(self.folder / "in", study)[images]
        assert set(send(paths, self.node.port).values()) == {0}
        return str(study[0].StudyInstanceUID)

    def agree(self, tier: Tier) -> None:
        """Stop the node, and let the next one answer the modality at a tier."""
        self.node.stop()
        sender = {"ae_title": MODALITY, "address": "127.0.0.1", "tier": tier}
        self.settings = Settings.model_validate(self.settings.model_dump() | {"sender": [sender]})
        self.node = Service(self.settings, reader_factory=light(self.reader), rescue_seconds=2.0)

    def be_patient(self, *, seconds: float) -> None:
        """Let the next node wait this long for an answer of the archive."""
        patient = [each | {"timeout_seconds": seconds} for each in self.settings.model_dump()["destination"]]
        self.settings = Settings.model_validate(self.settings.model_dump() | {"destination": patient})
        self.node = Service(self.settings, reader_factory=light(self.reader), rescue_seconds=2.0)

    def states(self) -> set[DeliveryState]:
        return set(self.node.view.counts().deliveries)

    def unfinished(self) -> set[str]:
        """Return the destinations that something has not reached."""
        return {each.destination for each in self.node.view.unfinished_deliveries()}

    def reports(self, study_instance_uid: str) -> list[pydicom.Dataset]:
        """Return the structured reports on a study that are in the archive, in the order of their versions."""
        found = [pydicom.dcmread(path, force=True) for path in self.archive.files()]
        mine = [
            ds
            for ds in found
            if (ds.SOPClassUID, ds.StudyInstanceUID) == (Comprehensive3DSRStorage, study_instance_uid)
        ]
        return sorted(mine, key=lambda ds: "PredecessorDocumentsSequence" in ds)


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path)
    yield hospital
    hospital.node.stop()
    hospital.archive.stop()
    hospital.ris.stop()


def field(message: bytes, segment: bytes, number: int) -> bytes:
    """Return a field of the first segment of that name."""
    found = next(each for each in message.split(b"\r") if each.startswith(segment + b"|"))
    return found.split(b"|")[number]


def test_a_late_image_gives_a_report_that_supersedes_the_first_and_a_corrected_message(hospital: Hospital) -> None:
    hospital.node.start()
    uid = hospital.send(1, images=slice(0, 1))
    wait_until(lambda: len(hospital.ris.messages) == 1 and hospital.reports(uid))
    hospital.send(1, images=slice(1, 2))
    wait_until(lambda: len(hospital.ris.messages) == 2 and len(hospital.reports(uid)) == 2)
    first, second = hospital.reports(uid)
    (study,) = second.PredecessorDocumentsSequence
    predecessor = study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert predecessor.ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert [field(each, b"OBR", 25) for each in hospital.ris.messages][1] == b"C"
    assert field(hospital.ris.messages[0], b"OBR", 25) != b"C"


def test_an_archive_that_hangs_holds_neither_the_information_system_nor_the_node_and_gets_all_in_the_end(
    hospital: Hospital,
) -> None:
    port = hospital.archive.port
    hospital.archive.stop()
    hospital.be_patient(seconds=120)
    with socket.create_server(("127.0.0.1", port)):  # takes connections, and never says a word
        hospital.node.start()
        uids = [hospital.send(number) for number in (1, 2)]
        wait_until(lambda: len(hospital.ris.messages) == 2, seconds=60)  # sooner than the first attempt there gives up
    hospital.archive = Archive(hospital.folder / "archive", port=port)
    hospital.archive.start()
    wait_until(lambda: all(len(hospital.reports(uid)) == 1 for uid in uids))
    wait_until(lambda: hospital.states() == {DeliveryState.DELIVERED})


def test_a_dead_archive_does_not_hold_the_information_system_and_gets_all_when_it_is_back(hospital: Hospital) -> None:
    hospital.archive.stop()
    hospital.node.start()
    uids = [hospital.send(number) for number in range(3)]
    wait_until(lambda: len(hospital.ris.messages) == 3 and hospital.unfinished() == {"pacs"})
    assert hospital.archive.files() == ()
    port = hospital.settings.destination[0].port
    hospital.archive = Archive(hospital.folder / "archive", port=port)
    hospital.archive.start()
    wait_until(lambda: hospital.states() == {DeliveryState.DELIVERED})
    assert all(len(hospital.reports(uid)) == 1 for uid in uids)
    assert len(hospital.ris.messages) == 3


def test_a_crashed_reader_still_gives_an_answer_at_every_destination(hospital: Hospital) -> None:
    hospital.reader.failure_code = "reader-crashed"
    hospital.node.start()
    uid = hospital.send(1)
    wait_until(lambda: len(hospital.ris.messages) == 1 and hospital.reports(uid))
    assert b"ended unexpectedly" in hospital.ris.messages[0]


def test_work_under_way_when_the_node_stops_is_done_when_it_starts_again(hospital: Hospital) -> None:
    hospital.reader.gate.clear()
    hospital.node.start()
    uid = hospital.send(1)
    hospital.node.stop()
    hospital.node.start()
    wait_until(lambda: len(hospital.ris.messages) == 1 and hospital.reports(uid))


def test_a_tier_that_is_agreed_after_an_image_came_does_not_change_its_answer(hospital: Hospital) -> None:
    hospital.agree(Tier.CLASSIFICATION)
    hospital.reader.gate.clear()
    hospital.node.start()
    uid = hospital.send(1)
    hospital.agree(Tier.FULL)
    hospital.node.start()
    wait_until(lambda: len(hospital.ris.messages) == 1 and hospital.reports(uid))
    (report,) = hospital.reports(uid)
    # The corners of the whole image are no place: they are points, and boxes are outlines.
    outlines = [
        element for element in report.iterall() if element.keyword == "GraphicType" and element.value != "MULTIPOINT"
    ]
    assert outlines == []
    assert b"Classification only: types and places are not stated" in hospital.ris.messages[0]


def test_a_second_node_on_the_same_data_folder_is_refused_in_words(hospital: Hospital) -> None:
    hospital.node.start()
    program = (
        "import sys; from config.settings import Settings; from dicom_node.service import Service;"
        "from tests.fakes.light_reader import light;"
        "Service(Settings.model_validate_json(sys.argv[1]), reader_factory=light()).start()"
    )
    command = [sys.executable, "-c", program, hospital.settings.model_dump_json()]
    second = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert second.returncode != 0
    assert "another node is running on the data folder" in second.stderr
    hospital.send(1)
    wait_until(lambda: len(hospital.ris.messages) == 1)


def test_a_node_whose_port_is_taken_leaves_nothing_behind(hospital: Hospital) -> None:
    taken = make_settings(hospital.folder / "data", port=hospital.archive.port)
    with pytest.raises(OSError, match="in use"):
        Service(taken, reader_factory=light()).start()
    hospital.node.start()
    assert hospital.node.port


def test_a_person_holds_and_releases_from_another_process_what_waits(hospital: Hospital) -> None:
    hospital.archive.stop()
    hospital.node.start()
    uid = hospital.send(1)
    wait_until(lambda: len(hospital.ris.messages) == 1 and hospital.unfinished() == {"pacs"})
    assert open_ledger(hospital.settings).interventions.hold(uid, "pacs") == 1
    time.sleep(1.0)  # an attempt that was under way still finds nobody
    hospital.archive = Archive(hospital.folder / "archive", port=hospital.settings.destination[0].port)
    hospital.archive.start()
    time.sleep(2.0)  # longer than any wait between attempts here
    assert hospital.reports(uid) == []
    assert open_ledger(hospital.settings).interventions.release(uid) == 1
    wait_until(lambda: hospital.states() == {DeliveryState.DELIVERED})
    assert len(hospital.reports(uid)) == 1


def test_there_is_no_ledger_to_open_before_a_node_ran(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no node has used"):
        open_ledger(make_settings(tmp_path))


def test_one_process_runs_one_node_on_a_folder(hospital: Hospital) -> None:
    hospital.node.start()
    with pytest.raises(ConfigError):
        Service(hospital.settings, reader_factory=light()).start()
    assert hospital.node.port
