import pytest
from prometheus_client import generate_latest

from dicom_node.monitoring.agreement_gauges import AgreementGauges
from dicom_node.monitoring.exposition import make_registry
from domain.errors import LedgerError
from domain.final_report import ReportStatement, StudyAnswer
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import FakeReports, make_comparison
from tests.fakes.scrape import sample


def page_of(reports: FakeReports) -> str:
    registry = make_registry()
    registry.register(AgreementGauges(reports, FakeClock()))
    return generate_latest(registry).decode()


def test_studies_stand_by_answer_and_report_zeros_as_well() -> None:
    reports = FakeReports()
    for study in ("1.1", "1.2"):
        reports.made[study] = make_comparison(ReportStatement.FRACTURE, StudyAnswer.ABSENT, study)
    page = page_of(reports)
    assert sample(page, "osteonode_compared_studies", answer="absent", report="fracture") == 2
    assert sample(page, "osteonode_compared_studies", answer="present", report="fracture") == 0
    assert sample(page, "osteonode_final_reports", state="unmatched") == 0


def test_where_the_ledger_fails_the_other_numbers_stay(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(FakeReports):
        def tallies(self, since: object = None) -> list:
            raise LedgerError("away")

    assert "osteonode_compared_studies" not in page_of(Failing())
    assert "could not be counted" in caplog.text
