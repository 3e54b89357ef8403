from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from config.settings import Console, Destination, Settings
from dicom_node.knowledge_ports import OrderMessage
from dicom_node.study_ports import (
    Action,
    Carried,
    DocumentFile,
    Happening,
    HappeningKind,
    RequestOutcome,
    StudyFile,
    Wait,
)
from domain.correction import RetractionReason
from domain.document import DocumentKind
from domain.final_report import ReportStatement, StudyAnswer
from domain.role import Role
from domain.study import StudyState
from tests.fakes.arrivals import BEGIN
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.final_reports import FakeReports, make_report
from tests.fakes.studies import IMAGE, MESSAGE, REPORT, FakeStudies, make_file, make_row

PAGE = "/studies/1.2.3"


def browse(studies: FakeStudies, role: Role = Role.OPERATOR, **others: object) -> Browser:
    pacs = Destination(name="pacs", kind="dicom", ae_title="PACS", host="127.0.0.1", port=4242)
    settings = Settings(console=Console(enabled=True, local_role=role), destination=(pacs,))
    return Browser(open_console(make_services(settings=settings, studies=studies.book(), **others)))


@pytest.fixture
def file(tmp_path: Path) -> StudyFile:
    Image.fromarray(np.full((64, 64), 90, np.uint8)).save(tmp_path / "display.png")
    (tmp_path / "message.hl7").write_bytes(b"MSH|^~\\&|OSTEONODE\rPID|||P7||Doe^John\r")
    ds = Dataset()
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "Doe^John", "P7", "19700102"
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2", REPORT
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(tmp_path / "report.dcm", enforce_file_format=True)
    return make_file(tmp_path, header=tmp_path / "report.dcm")


def test_the_page_says_where_it_is_what_was_said_and_that_it_is_no_diagnosis(file: StudyFile) -> None:
    text = browse(FakeStudies(file)).get(PAGE, Accept_Language="en").text
    for words in ("A-1", "Suspected fracture", "90.0%", "not a diagnosis", "Received from", "Models that spoke"):
        assert words in text
    assert 'class="rail-waits"' in text  # one delivery is on its way


def test_patients_are_named_to_those_who_may_see_them_alone(file: StudyFile) -> None:
    studies = FakeStudies(file)
    assert "Doe John" in browse(studies).get(PAGE).text
    text = browse(studies, Role.VIEWER).get(PAGE).text
    assert "Doe" not in text
    assert "/documents/" not in text


def test_the_final_report_stands_beside_the_answer_its_numbers_for_those_who_may_see_them(file: StudyFile) -> None:
    reports, report = FakeReports(), make_report(ReportStatement.NO_FRACTURE, "ACC-77", control_id="RIS-5")
    uid = PAGE.rpartition("/")[2]
    reports.keep_reports(OrderMessage("m", "c"), [report])
    reports.numbers[uid], reports.answers[uid] = "ACC-77", StudyAnswer.PRESENT
    reports.assign(report.key, uid)
    reports.compare()
    for role, sees in ((Role.OPERATOR, True), (Role.VIEWER, False)):
        text = browse(FakeStudies(file), role, report_comparisons=reports).get(PAGE, Accept_Language="en").text
        assert "The report says: no fracture" in text
        assert "version 1: present" in " ".join(text.split())
        assert ("RIS-5" in text and "ACC-77" in text) is sees


def test_the_page_of_an_open_study_says_what_it_waits_for_and_that_of_another_does_not_ask(tmp_path: Path) -> None:
    for state, says in ((StudyState.OPEN, True), (StudyState.COMPLETE, False)):
        studies = FakeStudies(make_file(tmp_path, make_row(state)))
        studies.waits["1.2.3"] = Wait("waits: 1 of 2 expected by the order", BEGIN + timedelta(minutes=9))
        text = browse(studies).get(PAGE, Accept_Language="en").text
        assert ("waits: 1 of 2 expected by the order" in text and "complete at the latest" in text) is says


@pytest.mark.parametrize("way", [f"{REPORT}/report", f"{MESSAGE}/message", f"{REPORT}/file"])
def test_documents_are_given_to_those_who_may_see_patients_alone(way: str, file: StudyFile) -> None:
    address = f"{PAGE}/documents/{way}"
    assert browse(FakeStudies(file)).get(address).status_code == 200
    assert browse(FakeStudies(file), Role.VIEWER).get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/studies/..%2f..%2fetc",
        "/studies/1.2.3%0d%0aX",
        "/studies/1.2.4",
        "/studies/%00",
        f"{PAGE}/images/9",
        f"{PAGE}/documents/..%2fdisplay.png/file",
        f"{PAGE}/documents/{MESSAGE}/report",
        f"{PAGE}/documents/{REPORT}/pdf",
    ],
)
def test_what_names_nothing_is_not_found(address: str, file: StudyFile) -> None:
    assert browse(FakeStudies(file)).get(address).status_code == 404


def test_a_message_is_shown_a_segment_to_a_line(file: StudyFile) -> None:
    text = browse(FakeStudies(file)).get(f"{PAGE}/documents/{MESSAGE}/message").text
    assert text.count("<li><b>") == 2
    assert "|||P7||Doe^John" in text


def test_the_pdf_of_a_report_opens_as_itself(file: StudyFile, tmp_path: Path) -> None:
    ds = pydicom.dcmread(tmp_path / "report.dcm")
    ds.EncapsulatedDocument, ds.EncapsulatedDocumentLength = b"%PDF-1.7 odd\0", 12
    ds.save_as(tmp_path / "pdf.dcm", enforce_file_format=True)
    wrapped = DocumentFile("1.2.3.9.7", DocumentKind.ENCAPSULATED_PDF, 1, tmp_path / "pdf.dcm")
    studies = FakeStudies(replace(file, documents=(wrapped,)))
    answer = browse(studies).get(f"{PAGE}/documents/1.2.3.9.7/pdf")
    assert (answer.headers["Content-Type"], answer.content) == ("application/pdf", b"%PDF-1.7 odd")
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_a_document_whose_file_is_damaged_or_gone_is_not_found(file: StudyFile, tmp_path: Path) -> None:
    address = f"{PAGE}/documents/{REPORT}/report"
    (tmp_path / "report.dcm").write_bytes(b"damage")
    assert browse(FakeStudies(file)).get(address).status_code == 404
    (tmp_path / "report.dcm").unlink()
    assert browse(FakeStudies(file)).get(address).status_code == 404


def test_a_file_is_kept_and_not_looked_into(file: StudyFile) -> None:
    headers = browse(FakeStudies(file)).get(f"{PAGE}/documents/{REPORT}/file").headers
    assert headers["Content-Disposition"] == f'attachment; filename="structured_report-{REPORT}.dcm"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_picture_is_drawn_of_what_was_read_and_else_of_what_is_stored(file: StudyFile, tmp_path: Path) -> None:
    read = browse(FakeStudies(file)).get(f"{PAGE}/images/{IMAGE}")
    assert (read.status_code, read.headers["Content-Type"]) == (200, "image/jpeg")
    (tmp_path / "image.dcm").touch()
    unread = replace(file, images=(replace(file.images[0], reading=None, display=None, sha256="0"),), findings=None)
    assert browse(FakeStudies(unread)).get(f"{PAGE}/images/{IMAGE}?size=large").content == b"image.dcm 1600"


def test_that_somebody_looked_is_recorded_once_and_not_while_the_page_looks_on_its_own(file: StudyFile) -> None:
    studies = FakeStudies(file)
    browser = browse(studies)
    browser.get(PAGE)
    browser.get(PAGE, X_Osteonode_Live="1")
    assert studies.looks == [("local", "1.2.3", "127.0.0.1")]


def test_that_somebody_opened_a_document_is_recorded(file: StudyFile) -> None:
    studies = FakeStudies(file)
    browse(studies).get(f"{PAGE}/documents/{MESSAGE}/message")
    browse(studies, Role.VIEWER).get(f"{PAGE}/documents/{MESSAGE}/message")
    assert studies.looks == [("local", "1.2.3", "127.0.0.1")]


def test_a_retracted_study_states_nothing(file: StudyFile) -> None:
    row = make_row(StudyState.RETRACTED)
    text = browse(FakeStudies(replace(file, row=row, findings=None))).get(PAGE, Accept_Language="en").text
    assert "taken back" in text
    assert "Suspected fracture" not in text
    assert ">suspected<" not in text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Action.RETRY, {"destination": "pacs"}),
        (Action.HOLD, {"reason": "the archive moves"}),
        (Action.REREAD, {}),
        (Action.RETRACT, {"code": "wrong-side", "reason": "left hand"}),
    ],
)
def test_an_action_is_asked_for_in_the_name_of_who_asks(
    action: Action, fields: dict[str, str], file: StudyFile
) -> None:
    studies = FakeStudies(file)
    answer = browse(studies).submit(PAGE, f"{PAGE}/act", {"action": action.value, **fields})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    ((request, code),) = studies.requests
    assert (request.action, request.by, request.study_instance_uid) == (action, "local", "1.2.3")
    assert (request.reason, request.destination) == (fields.get("reason", ""), fields.get("destination", ""))
    assert code is RetractionReason(fields.get("code", "other"))


@pytest.mark.parametrize("fields", [{"action": "purge"}, {"action": "retract"}, {"action": "hold", "destination": "x"}])
def test_what_cannot_be_asked_for_is_refused(fields: dict[str, str], file: StudyFile) -> None:
    studies = FakeStudies(file)
    assert browse(studies).submit(PAGE, f"{PAGE}/act", fields).status_code == 400
    assert not studies.requests


def test_a_viewer_is_offered_no_action_and_may_ask_for_none(file: StudyFile) -> None:
    browser = browse(FakeStudies(file), Role.VIEWER)
    assert f"{PAGE}/act" not in browser.get(PAGE).text
    assert browser.submit(PAGE, f"{PAGE}/act", {"action": "hold"}).status_code == 403


def test_a_refusal_is_told_on_the_page(file: StudyFile) -> None:
    browser = browse(FakeStudies(file, carried=Carried(RequestOutcome.REFUSED, refusal="an answer is being made")))
    browser.submit(PAGE, f"{PAGE}/act", {"action": "reread"})
    assert "an answer is being made" in browser.get(PAGE).text


def test_what_a_person_wrote_is_no_markup(file: StudyFile) -> None:
    asked = Happening(
        HappeningKind.ASKED,
        BEGIN,
        0,
        facts={"action": "hold", "destination": "", "outcome": "done"},
        words="<script>alert(1)</script>",
        by="<i>me</i>",
    )
    text = browse(FakeStudies(replace(file, happenings=(asked,)))).get(PAGE).text
    assert "<script>alert" not in text
    assert "&lt;i&gt;me" in text
