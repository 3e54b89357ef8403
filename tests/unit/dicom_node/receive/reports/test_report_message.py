from datetime import UTC, datetime

import pytest

from config.final_reports import FinalReportCode, FinalReports
from dicom_node.receive.orders.er7 import read_message
from dicom_node.receive.orders.order_message import OrderUnreadable
from dicom_node.receive.reports.report_message import read_reports, read_time
from domain.final_report import NO_TEXT, FinalReport, ReportStatement, ReportStatus
from domain.order import digest_patient_id
from tests.fakes.final_reports import ACUTE, make_oru, say_impression

CODE = FinalReportCode(identifier="72704001", system="SCT", fracture=("52101004",), no_fracture=("2667000",))
CODED = "OBX|1|CWE|72704001^Fracture^SCT||{0}^^SCT||||||F\r"
SETTINGS = FinalReports()


def read(content: bytes, settings: FinalReports = SETTINGS) -> list[FinalReport]:
    return read_reports(read_message(content, "UNICODE UTF-8"), settings, [CODE])


def statement(rows: str, settings: FinalReports = SETTINGS) -> tuple[str, str]:
    (report,) = read(make_oru(rows), settings)
    return report.statement.value, report.rule


def test_numbers_patient_status_and_statement_are_read_and_no_text() -> None:
    (report,) = read(make_oru())
    order = report.order
    assert (order.accession_number, order.filler.entity, order.placer.entity) == ("ACC-0815", "FI-1", "PL-1")
    assert [each.digest for each in order.patient] == [digest_patient_id("PID-4711")]
    assert (report.status, report.statement) == (ReportStatus.FINAL, ReportStatement.FRACTURE)
    assert (report.control_id, report.said_at) == ("R1", datetime(2026, 3, 1, 10, 59, tzinfo=UTC))
    assert "radius" not in repr(report)


def test_the_accession_number_stands_where_the_site_says() -> None:
    (report,) = read(make_oru(), FinalReports(accession_fields=("OBR-3",)))
    assert (report.order.accession_number, report.order.accession_issuer) == ("FI-1", "RIS")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("52101004", ("fracture", "code")),
        ("2667000", ("no_fracture", "code")),
        ("373068000", ("not_stated", "code_unknown")),
    ],
)
def test_a_code_goes_before_the_text(value: str, said: tuple[str, str]) -> None:
    assert statement(CODED.format(value) + ACUTE) == said


@pytest.mark.parametrize("rows", ["", "OBX|1|NM|1^a||5||||||F\r", "OBX|1|FT|19005-8||No fracture.||||||P\r"])
def test_what_has_no_final_text_states_nothing(rows: str) -> None:
    assert statement(rows) == ("not_stated", NO_TEXT)


def test_the_impression_goes_before_other_rows_and_lines_of_it_are_one_text() -> None:
    findings = "OBX|1|TX|59776-5^Findings^LN||Fracture of the radius was treated in 2019.||||||F\r"
    lines = "OBX|2|TX|73110&IMP^Wrist||There is no||||||F\rOBX|3|TX|73110&IMP^Wrist||acute fracture.||||||F\r"
    assert statement(findings + lines) == ("no_fracture", "text_negated")


def test_formatting_and_repetitions_are_lines() -> None:
    assert statement(say_impression(r"Effusion.\.br\\.br\No acute\.br\fracture.~Normal."))[0] == "no_fracture"


def test_text_is_not_read_where_the_site_says_so() -> None:
    assert statement(ACUTE, FinalReports(read_text=False)) == ("not_stated", "text_not_read")


def test_rows_of_our_own_answer_say_nothing_of_the_radiologist() -> None:
    own = "OBX|1|CWE|72704001^Fracture^SCT||52101004^Present^SCT||||||F|||||||Osteonode 0.1.0^Osteonode\r"
    assert statement(own + say_impression("No fracture."))[0] == "no_fracture"
    assert read(make_oru(own, "C")) == []


@pytest.mark.parametrize("status", ["P", "R", "S", "I", "A", "O"])
def test_what_is_not_final_is_no_report(status: str) -> None:
    assert read(make_oru(status=status)) == []


def test_a_status_that_is_left_out_is_that_of_the_rows() -> None:
    content = make_oru().replace(b"|RAD|F", b"|RAD|")
    assert [each.status for each in read(content)] == [ReportStatus.FINAL]
    assert read(content.replace(b"||||||F\r", b"||||||P\r")) == []


@pytest.mark.parametrize("content", [make_oru(status="X"), make_oru(ACUTE.replace("{status}", "W"))])
def test_what_was_sent_by_mistake_is_withdrawn(content: bytes) -> None:
    (report,) = read(content)
    assert (report.status, report.rule) == (ReportStatus.WITHDRAWN, "withdrawn")


def test_each_order_of_a_message_has_its_report() -> None:
    other = "OBR|2||FI-2^RIS|X||||||||||||||ACC-0816|||||||F\r" + say_impression("No fracture.")
    reports = read(make_oru(ACUTE + other))
    assert [(each.order.accession_number, each.statement.value) for each in reports] == [
        ("ACC-0815", "fracture"),
        ("ACC-0816", "no_fracture"),
    ]


def test_a_study_that_a_row_names_is_read_and_two_that_differ_are_none() -> None:
    row = "OBX|9|HD|113014^DICOM Study^DCM||{0}||||||F\r"
    assert read(make_oru(row.format("1.2.3")))[0].order.study_instance_uid == "1.2.3"
    assert read(make_oru(row.format("1.2.3") + row.format("1.2.4")))[0].order.study_instance_uid == ""


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (make_oru().split(b"ORC")[0], "OBR^1"),
        (make_oru().replace(b"PL-1^RIS|FI-1^RIS", b"|").replace(b"ACC-0815", b""), "OBR^1^3"),
    ],
)
def test_what_is_of_no_order_is_refused_with_its_place(content: bytes, place: str) -> None:
    with pytest.raises(OrderUnreadable) as caught:
        read(content)
    assert caught.value.place == place


@pytest.mark.parametrize("value", ["", "yesterday", "20261301", "99999999999999", "20260301105900+9999"])
def test_what_is_no_time_is_none(value: str) -> None:
    assert read_time(value) is None


def test_a_zone_is_respected() -> None:
    assert read_time("202603011159+0100") == datetime(2026, 3, 1, 10, 59, tzinfo=UTC)
