import logging

import pytest

from config.final_reports import FinalReports
from config.orders import Orders
from dicom_node.receive.orders.desk import OrderDesk
from dicom_node.receive.reports.taking import ReportTaking
from domain.errors import LedgerError
from domain.final_report import ReportStatement, ReportStatus
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import FakeReports, make_oru, say_impression
from tests.fakes.orders import FakeOrders, make_message


@pytest.fixture
def reports() -> FakeReports:
    return FakeReports()


@pytest.fixture
def desk(reports: FakeReports) -> OrderDesk:
    taking = ReportTaking(FinalReports(), (), "OSTEONODE", reports)
    return OrderDesk(Orders(), FakeOrders(), FakeClock(), taking)


def answer(desk: OrderDesk, content: bytes) -> list[str]:
    """Return MSA of an acknowledgement."""
    lines = desk.answer(content).decode("ascii").split("\r")
    return next(line.split("|") for line in lines if line.startswith("MSA"))


def statements(reports: FakeReports) -> list[tuple[ReportStatus, ReportStatement]]:
    return [(each.status, each.statement) for each in reports.reports.values()]


def test_a_final_report_is_kept_and_accepted_and_orders_still_are(desk: OrderDesk, reports: FakeReports) -> None:
    assert answer(desk, make_oru())[1:3] == ["AA", "R1"]
    assert answer(desk, make_message())[1] == "AA"
    assert statements(reports) == [(ReportStatus.FINAL, ReportStatement.FRACTURE)]


def test_the_same_report_twice_is_accepted_twice_and_a_correction_replaces_it(
    desk: OrderDesk, reports: FakeReports
) -> None:
    correction = make_oru(say_impression("No fracture."), "C", "R2")
    assert [answer(desk, each)[1] for each in (make_oru(), make_oru(), correction, make_oru())] == ["AA"] * 4
    assert statements(reports) == [(ReportStatus.CORRECTED, ReportStatement.NO_FRACTURE)]


def test_a_preliminary_report_is_accepted_and_not_kept(desk: OrderDesk, reports: FakeReports) -> None:
    assert answer(desk, make_oru(status="P"))[1] == "AA"
    assert statements(reports) == []


def test_our_own_message_that_comes_back_is_accepted_and_not_kept(desk: OrderDesk, reports: FakeReports) -> None:
    assert answer(desk, make_oru(status="C").replace(b"|RIS|HOSP", b"|OSTEONODE|HOSP"))[1] == "AA"
    assert statements(reports) == []


def test_a_report_that_cannot_be_kept_now_is_to_be_sent_again(desk: OrderDesk, reports: FakeReports) -> None:
    reports.failure = LedgerError("no disk")
    assert answer(desk, make_oru())[1] == "AE"
    reports.failure = None
    assert answer(desk, make_oru())[1] == "AA"


def test_a_report_of_no_order_is_refused(desk: OrderDesk) -> None:
    content = make_oru().replace(b"PL-1^RIS|FI-1^RIS", b"|").replace(b"ACC-0815", b"")
    assert answer(desk, content)[1] == "AE"


def test_without_the_table_a_report_is_refused_and_the_table_is_named() -> None:
    refused = answer(OrderDesk(Orders(), FakeOrders(), FakeClock()), make_oru())
    assert refused[1] == "AR"
    assert "final_reports" in refused[3]


def test_nothing_of_the_text_or_the_patient_is_logged(desk: OrderDesk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer(desk, make_oru())
        answer(desk, make_oru(status="??"))
    assert "final reports kept" in caplog.text
    assert not any(word in caplog.text for word in ("radius", "Doe", "4711", "0815"))
