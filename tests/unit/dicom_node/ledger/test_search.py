from datetime import timedelta
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from sqlalchemy import Engine

from dicom_node.ledger import search, study_names
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.search import StudySearch
from dicom_node.ledger.study_entries import StudyEntries
from dicom_node.ledger.study_names import StudyNames
from dicom_node.study_ports import Standing, StudyQuery
from domain.delivery import DeliveryState
from domain.study import StudyState
from tests.fakes.answered import answer
from tests.fakes.arrivals import BEGIN, arrive


def send(ledger: Ledger, data: Path, study: str, *, accession: str = "", patient: str = "", seconds: float = 0) -> None:
    """An image with a header that says whose it is."""
    instance = arrive(study, "1", seconds=seconds, data=data)
    instance.path.parent.mkdir(exist_ok=True)
    ds = Dataset()
    ds.AccessionNumber, ds.PatientID = accession, patient
    ds.SOPClassUID, ds.SOPInstanceUID = instance.sop_class_uid, instance.sop_instance_uid
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(instance.path, enforce_file_format=True)
    ledger.record_instance(instance)


@pytest.fixture
def studies(engine: Engine) -> StudySearch:
    return StudySearch(engine)


def uids(studies: StudySearch, **wanted: object) -> list[str]:
    return [row.study_instance_uid for row in studies.search(StudyQuery(**wanted)).rows]  # type: ignore[arg-type]


def test_pages_follow_each_other_newest_first_and_no_study_is_shown_twice(ledger: Ledger, studies: StudySearch) -> None:
    for number in range(7):
        ledger.record_instance(arrive(str(number), "1", seconds=number // 2))  # two arrive at the same moment
    first = studies.search(StudyQuery(limit=3))
    second = studies.search(StudyQuery(limit=3, after=first.following))
    third = studies.search(StudyQuery(limit=3, after=second.following))
    shown = [row.study_instance_uid for page in (first, second, third) for row in page.rows]
    assert shown == ["1.6", "1.5", "1.4", "1.3", "1.2", "1.1", "1.0"]
    assert third.following is None


def test_a_study_is_shown_in_its_latest_version(ledger: Ledger, studies: StudySearch) -> None:
    answer(ledger)
    ledger.record_instance(arrive("1", "2", seconds=60))
    (row,) = studies.search(StudyQuery()).rows
    assert (row.version, row.state, row.images) == (2, StudyState.OPEN, 2)
    assert not uids(studies, standing=Standing.ANSWERED)


def test_an_answered_study_says_what_was_found_and_where_it_is_going(ledger: Ledger, studies: StudySearch) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    (row,) = studies.search(StudyQuery(standing=Standing.UNDELIVERED)).rows
    assert (row.fracture, row.calling_ae_titles) == ("present", ("MODALITY",))
    assert row.probability == pytest.approx(0.9, abs=0.1)
    assert row.deliveries == {"pacs": DeliveryState.WAITING, "ris": DeliveryState.WAITING}
    assert not uids(studies, standing=Standing.FAILED)


@pytest.mark.parametrize(
    "wanted",
    [
        {"text": "ACC-7"},
        {"text": "acc"},
        {"text": "1.77"},
        {"accession_number": "ACC-7"},
        {"study_instance_uid": "1.77"},
        {"patient_id": "P 7"},
        {"patient_id": "P 7", "standing": Standing.OPEN},
        {"arrived_from": BEGIN + timedelta(seconds=5)},
    ],
)
def test_a_study_is_found_by(
    wanted: dict[str, object], ledger: Ledger, engine: Engine, tmp_path: Path, studies: StudySearch
) -> None:
    send(ledger, tmp_path, "77", accession="ACC-7", patient="P 7", seconds=9)
    send(ledger, tmp_path, "8", accession="B-8", patient="P 8")
    assert StudyEntries(engine, tmp_path).note() == 2
    assert uids(studies, **wanted) == ["1.77"]


@pytest.mark.parametrize("name", ["text", "accession_number", "study_instance_uid", "calling_ae_title", "patient_id"])
@pytest.mark.parametrize("value", ["ACC", "1.9", "%"])
def test_what_no_study_has_is_not_found(name: str, value: str, ledger: Ledger, studies: StudySearch) -> None:
    ledger.record_instance(arrive("1", "1"))
    assert uids(studies, **{name: value}) == []


def test_a_sender_of_many_studies_is_found_as_one_of_few(
    ledger: Ledger, engine: Engine, tmp_path: Path, studies: StudySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        ledger.record_instance(arrive(str(number), "1", seconds=number))
    StudyEntries(engine, tmp_path).note()
    few = uids(studies, calling_ae_title="MODALITY")
    monkeypatch.setattr(search, "FEW", 2)
    assert uids(studies, calling_ae_title="MODALITY") == few == ["1.3", "1.2", "1.1", "1.0"]
    assert studies.senders() == ["MODALITY"]


def test_entries_are_noted_once_and_again_when_an_image_comes(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    entries = StudyEntries(engine, tmp_path, batch=1)
    ledger.record_instance(arrive("1", "1"))
    ledger.record_instance(arrive("2", "1", seconds=1))
    assert [entries.note(), entries.note(), entries.note()] == [1, 1, 0]
    ledger.record_instance(arrive("1", "2", seconds=30))
    assert [entries.note(), entries.note()] == [1, 0]
    assert StudyEntries(engine, tmp_path).note() == 0  # another process finds nothing to do


def test_a_study_of_two_versions_in_one_batch_hides_no_study_behind_it(
    ledger: Ledger, engine: Engine, tmp_path: Path
) -> None:
    answer(ledger)
    ledger.record_instance(arrive("1", "2", seconds=60))  # the next version
    ledger.record_instance(arrive("2", "1", seconds=3600))
    ledger.record_instance(arrive("3", "1", seconds=7200))
    entries = StudyEntries(engine, tmp_path, batch=2)
    assert [entries.note(), entries.note(), entries.note()] == [1, 2, 0]


def test_a_search_for_a_name_says_what_it_left_out_and_goes_on_the_next_time(
    ledger: Ledger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        send(ledger, tmp_path, str(number), accession=f"A{number}", seconds=number)
    monkeypatch.setattr(study_names, "BATCH", 2)
    monkeypatch.setattr(study_names, "MOST_SECONDS", 0.0)
    names = StudyNames(engine, tmp_path)
    assert (names.called("A1"), names.unread) == (("1.1",), 3)
    assert (names.called("1.4"), names.unread) == (("1.4",), 0)  # a UID needs no number
    assert (names.called("A4"), names.unread) == ((), 1)
    assert (names.called("A4"), names.unread) == (("1.4",), 0)


def test_of_very_many_numbers_that_begin_alike_the_newest_are_found(
    ledger: Ledger, engine: Engine, tmp_path: Path, studies: StudySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        send(ledger, tmp_path, str(number), accession=f"A{number}", seconds=number)
    StudyEntries(engine, tmp_path).note()
    monkeypatch.setattr(search, "FEW", 2)
    assert uids(studies, text="a") == ["1.3", "1.2"]


def test_a_study_that_was_committed_late_is_noted_although_later_ones_were(
    ledger: Ledger, engine: Engine, tmp_path: Path
) -> None:
    entries = StudyEntries(engine, tmp_path)
    ledger.record_instance(arrive("1", "1", seconds=300))
    assert entries.note() == 1
    ledger.record_instance(arrive("2", "1", seconds=10))
    assert [entries.note(), entries.note()] == [1, 0]


def test_a_file_that_cannot_be_read_leaves_a_study_without_a_number(
    ledger: Ledger, engine: Engine, tmp_path: Path, studies: StudySearch
) -> None:
    instance = arrive("1", "1", data=tmp_path)
    instance.path.parent.mkdir()
    instance.path.write_bytes(b"damage")
    ledger.record_instance(instance)
    assert StudyEntries(engine, tmp_path).note() == 1
    assert studies.search(StudyQuery()).rows[0].accession_number == ""


def test_a_page_has_a_bounded_number_of_studies() -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        StudyQuery(limit=201)
