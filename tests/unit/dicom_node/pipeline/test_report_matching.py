from dataclasses import replace

import pytest

from dicom_node.knowledge_ports import OrderMessage
from dicom_node.pipeline.report_matching import ReportMatcher
from domain.final_report import FinalReport, ReportRemark, StudyAnswer
from domain.order import PatientIdentifier, digest_patient_id
from domain.order_match import StudyIdentity
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import FakeReports, make_report

REPORT = make_report(
    order=replace(make_report().order, accession_issuer="NORTH", patient=(PatientIdentifier(digest_patient_id("P1")),))
)
STUDY = StudyIdentity("1.1", "A1", "NORTH", "P1")


def match(identities: dict[str, StudyIdentity], report: FinalReport = REPORT) -> FakeReports:
    """Keep a report, and find its study among those that are here."""
    book = FakeReports()
    for uid, identity in identities.items():
        book.numbers[uid], book.answers[uid] = identity.accession_number, StudyAnswer.PRESENT
    book.keep_reports(OrderMessage("m", "c"), [report])
    noted = iter((1, 0, 0, 0))
    matcher = ReportMatcher(book, identities.get, lambda: next(noted), FakeClock())
    assert matcher.look() == len(book.made)
    assert matcher.look() == 0
    return book


def test_a_report_is_of_the_study_with_its_number_issuer_and_patient() -> None:
    book = match({"1.1": STUDY, "1.2": replace(STUDY, study_instance_uid="1.2", accession_number="A2")})
    assert list(book.made) == ["1.1"]


@pytest.mark.parametrize(
    ("identity", "remark"),
    [
        (replace(STUDY, patient_id="P2"), ReportRemark.PATIENT_CONTRADICTS),
        (replace(STUDY, accession_issuer="SOUTH"), ReportRemark.ISSUER_DIFFERS),
    ],
)
def test_a_study_of_another_patient_or_issuer_is_not_meant(identity: StudyIdentity, remark: ReportRemark) -> None:
    book = match({"1.1": identity})
    assert (book.made, list(book.remarks.values())) == ({}, [remark])


def test_of_several_studies_with_the_number_none_is_compared() -> None:
    book = match({"1.1": STUDY, "1.2": replace(STUDY, study_instance_uid="1.2")})
    assert (book.made, list(book.remarks.values())) == ({}, [ReportRemark.SEVERAL_STUDIES])


def test_the_study_that_the_report_names_goes_before_its_number() -> None:
    named = replace(REPORT, order=replace(REPORT.order, study_instance_uid="1.2"))
    book = match({"1.1": STUDY, "1.2": replace(STUDY, study_instance_uid="1.2")}, named)
    assert list(book.made) == ["1.2"]


def test_a_study_without_a_header_waits() -> None:
    book = FakeReports()
    book.numbers["1.1"] = "A1"
    book.keep_reports(OrderMessage("m", "c"), [REPORT])
    ReportMatcher(book, lambda _uid: None, lambda: 0, FakeClock()).look()
    assert (book.studies, book.remarks) == ({}, {})
