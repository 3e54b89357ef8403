"""A study is read, corrected by a late image, taken back and read again: what archive and information system then have.

Every object that arrived goes before the validators, every message through python-hl7.
"""

import logging
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import hl7
import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import UID, Comprehensive3DSRStorage, KeyObjectSelectionDocumentStorage

from config.settings import Settings
from dicom_node.cli.main import run
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.queries import LedgerView
from dicom_node.openings import open_ledger
from dicom_node.service import Service
from domain.correction import Retraction, RetractionReason
from domain.delivery import Delivery, DeliveryState
from domain.study import StudyState
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.peers.report_templates import KNOWN, find_remarks
from tests.peers.validators import compare_entities, find_errors
from tests.system.free_port import free_port
from tests.system.node_process import NodeProcess
from tests.system.test_service import Hospital
from tests.system.witnesses import WitnessArchive

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.peer("dcmtk", "dicom3tools", "pixelmed-apps"),
    pytest.mark.timeout(700),
]

NOTE = "Roe^Richard saw an old fracture"
BY = "head of radiology"


@dataclass
class Story:
    """What the archive and the information system have when all has happened."""

    folder: Path
    study_instance_uid: str
    accession_number: str
    objects: list[Dataset]
    messages: list[hl7.Message]
    log: str
    versions: list[StudyState]

    def version(self, number: int, sop_class_uid: UID) -> Dataset:
        """Return the one object of a class that came with a version."""
        (found,) = [ds for ds in self.objects if (ds.SOPClassUID, version_of(ds)) == (sop_class_uid, number)]
        return found


def version_of(ds: Dataset) -> int:
    """Return the version that an object came with, by the number of its series."""
    return int(ds.SeriesNumber) % 100 // 10 + 1


class Events(logging.Handler):
    """Keeps every line of the log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return what there is when all is over; the node has stopped."""
    hospital = Hospital(tmp_path_factory.mktemp("hospital"))
    events = Events()
    logging.getLogger().addHandler(events)
    try:
        return live_through(hospital, events)
    finally:
        logging.getLogger().removeHandler(events)
        for each in (hospital.node, hospital.archive, hospital.ris):
            each.stop()


def live_through(hospital: Hospital, events: Events) -> Story:
    """Let everything happen, one after the other, and return what came of it."""
    settings = ask_for_notes(hospital.settings)
    hospital.node = Service(settings, reader_factory=light(hospital.reader), rescue_seconds=2.0)
    hospital.node.start()
    config = hospital.folder / "site.toml"
    config.write_text(f'[node]\ndata = "{settings.node.data}"\n')

    paths = write_study(hospital.folder / "in", draw_one_region())
    uid = str(draw_one_region()[0].StudyInstanceUID)
    send(paths[:1], hospital.node.port)
    wait_for(hospital, uid, version=1, notes=0)
    send(paths[1:], hospital.node.port)
    wait_for(hospital, uid, version=2, notes=1)
    asked = ["--reason", "radiologist-disagrees", "--by", BY, "--note", NOTE, "--config", str(config)]
    assert run(["retract", uid, *asked]) == 0
    wait_for(hospital, uid, version=3, notes=2)
    send(paths, hospital.node.port)  # duplicates of both
    assert run(["reread", uid, "--config", str(config)]) == 0
    wait_for(hospital, uid, version=4, notes=3)

    history = hospital.node.view.history(uid)
    assert history is not None
    return Story(
        folder=hospital.archive.folder,
        study_instance_uid=uid,
        accession_number=draw_study(1)[0].AccessionNumber,
        objects=[pydicom.dcmread(path) for path in hospital.archive.files()],
        messages=[hl7.parse(message.decode()) for message in hospital.ris.messages],
        log="\n".join(events.lines),
        versions=[line.study.state for line in history.versions],
    )


def ask_for_notes(settings: Settings) -> Settings:
    """Return settings by which the archive gets rejection notes."""
    pacs, ris = settings.destination
    wanted = (pacs.model_copy(update={"rejection_notes": "quality"}), ris)
    return settings.model_copy(update={"destination": wanted})


def draw_one_region() -> tuple[Dataset, ...]:
    """Return a study of two images of one body part."""
    study = draw_study(1)
    for ds in study:
        ds.BodyPartExamined = "WRIST"
    return study


def wait_for(hospital: Hospital, uid: str, *, version: int, notes: int) -> None:
    """Wait until a version is at both destinations, and nothing is on its way any more."""

    def has_arrived() -> bool:
        arrived = [pydicom.dcmread(path, specific_tags=["SOPClassUID"]) for path in hospital.archive.files()]
        found = sum(ds.SOPClassUID == KeyObjectSelectionDocumentStorage for ds in arrived)
        return len(hospital.reports(uid)) == len(hospital.ris.messages) == version and found == notes

    wait_until(has_arrived)
    wait_until(lambda: not hospital.node.view.unfinished_deliveries())


def references(ds: Dataset, keyword: str) -> set[str]:
    """Return the objects that a sequence of studies names."""
    return {
        str(item.ReferencedSOPInstanceUID)
        for study in ds.get(keyword, ())
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    }


def test_the_versions_are_answered_corrected_retracted_and_answered_again(story: Story) -> None:
    answered, retracted = StudyState.ANSWERED, StudyState.RETRACTED
    assert story.versions == [answered, answered, retracted, answered]


def test_every_report_names_the_one_before_as_its_predecessor(story: Story) -> None:
    reports = [story.version(number, Comprehensive3DSRStorage) for number in (1, 2, 3, 4)]
    assert references(reports[0], "PredecessorDocumentsSequence") == set()
    for earlier, later in pairwise(reports):
        assert references(later, "PredecessorDocumentsSequence") == {earlier.SOPInstanceUID}
    assert "RETRACTS V2" in reports[2].SeriesDescription
    assert {ds.VerificationFlag for ds in reports} == {"UNVERIFIED"}


def test_the_messages_are_preliminary_corrected_withdrawn_and_corrected_for_one_order(story: Story) -> None:
    assert [str(message.segment("OBR")[25]) for message in story.messages] == ["P", "C", "X", "C"]
    orders = {str(message.segment("OBR")[3]) for message in story.messages}
    assert orders == {f"{story.accession_number}^OSTEONODE"}
    assert len({str(message.segment("MSH")[10]) for message in story.messages}) == 4


def test_the_narrative_names_the_late_image_and_the_retraction_with_what_was_written(story: Story) -> None:
    texts = [str(message) for message in story.messages]
    assert "CORRECTION: this is version 2 and replaces version 1." in texts[1]
    assert "New in this version: Image 2" in texts[1]
    assert all(words in texts[2] for words in ("RETRACTED", BY, "saw an old fracture"))
    assert "That version was a retraction" in texts[3]


def test_each_note_names_what_the_archive_had_of_the_version_before_and_nothing_of_the_modality(story: Story) -> None:
    sources = {ds.SOPInstanceUID for ds in draw_study(1)}
    arrived = {str(ds.SOPInstanceUID): version_of(ds) for ds in story.objects}
    titles = []
    for number in (2, 3, 4):
        note = story.version(number, KeyObjectSelectionDocumentStorage)
        named = references(note, "CurrentRequestedProcedureEvidenceSequence")
        kinds = {ds.SOPInstanceUID for ds in story.objects if ds.SOPClassUID == KeyObjectSelectionDocumentStorage}
        assert named == {uid for uid, version in arrived.items() if version == number - 1} - kinds
        assert not named & sources
        titles.append(note.ConceptNameCodeSequence[0].CodeValue)
    assert titles == ["113001", "113037", "113001"]


def test_duplicates_of_a_retracted_study_are_not_read_again_and_the_log_says_so(story: Story) -> None:
    assert story.log.count("receive.instance_of_retracted") == 2


def test_nothing_that_a_person_wrote_is_in_the_log(story: Story) -> None:
    assert not any(words in story.log for words in ("Roe", "old fracture", BY))


def test_every_object_is_valid(story: Story) -> None:
    found = {ds.SOPInstanceUID: find_errors(Path(ds.filename), ds.SOPClassUID) for ds in story.objects}
    assert {uid: errors for uid, errors in found.items() if errors} == {}
    assert len(found) > 20


def test_the_objects_of_all_versions_agree_about_patient_and_study(story: Story) -> None:
    assert compare_entities([Path(ds.filename) for ds in story.objects]) == []


def test_the_reports_of_correction_and_retraction_and_a_note_follow_their_templates(story: Story) -> None:
    reports = [story.version(number, Comprehensive3DSRStorage) for number in (2, 3)]
    written = [*reports, story.version(3, KeyObjectSelectionDocumentStorage)]
    remarks = find_remarks([Path(ds.filename) for ds in written])
    assert [each for said in remarks.values() for each in said if not each.endswith(KNOWN)] == []


def test_a_node_that_dies_while_it_retracts_tells_everybody_once(tmp_path: Path) -> None:
    with WitnessArchive(tmp_path / "archive") as archive, MllpReceiver() as ris:
        settings = ask_for_notes(make_settings(tmp_path / "data", pacs=archive.port, ris=ris.port, port=free_port()))
        with NodeProcess(settings, tmp_path) as node:
            paths = write_study(tmp_path / "in", draw_study(1))
            send(paths, node.start())
            wait_until(lambda: len(ris.messages) == 1)
            wait_until(lambda: not open_ledger(settings).view.unfinished_deliveries())
            uid = str(draw_study(1)[0].StudyInstanceUID)
            person = open_ledger(settings).interventions
            assert person.retract(uid, Retraction(RetractionReason.WRONG_PATIENT, note=NOTE)) == 2
            for seconds in (0.0, 0.5):
                time.sleep(seconds)
                node.kill()
                node.start()
            view = open_ledger(settings).view
            wait_until(lambda: {each.destination for each in delivered(view, uid)} == {"pacs", "ris", "pacs:rejection"})
        kinds = Counter(str(pydicom.dcmread(path).SOPClassUID) for path in archive.files())
        assert (kinds[Comprehensive3DSRStorage], kinds[KeyObjectSelectionDocumentStorage]) == (2, 1)
        assert {len(digests) for digests in archive.digests.values()} == {1}
        assert len({str(hl7.parse(message.decode()).segment("MSH")[10]) for message in ris.messages}) == 2
        assert "Roe" not in node.log()


def delivered(view: LedgerView, uid: str) -> list[Delivery]:
    """Return the deliveries of the second version that are made."""
    history = view.history(uid)
    assert history is not None
    return [each for each in history.deliveries if (each.version, each.state) == (2, DeliveryState.DELIVERED)]
