"""What may be relied on of final reports that are kept and compared, of the real book and of its fake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from dicom_node.agreement_ports import Comparisons, ReportMatching
from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger.database import create_tables, database_url, open_engine, writing
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.ledger.search_tables import study_entry
from domain.final_report import NO_TEXT, ReportRemark, ReportStatement, ReportStatus, StudyAnswer
from domain.order import EntityIdentifier, ImagingOrder
from tests.fakes.answered import answer
from tests.fakes.arrivals import BEGIN
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import SAID_AT, FakeReports, make_report
from tests.fakes.starts import FakeStarts

FRACTURE, NO_FRACTURE, NOT_STATED = ReportStatement.FRACTURE, ReportStatement.NO_FRACTURE, ReportStatement.NOT_STATED


@dataclass(frozen=True)
class Bench:
    """What is asked, and what makes a study (of UID 1.N) be here and be answered "present"."""

    book: ReportBook | FakeReports
    view: Comparisons
    arrive: Callable[[str, str], None]

    def keep(self, number: int, *reports: object) -> bool:
        return self.book.keep_reports(OrderMessage(f"m{number}", f"c{number}"), reports)  # type: ignore[arg-type]

    def match(self) -> None:
        book: ReportMatching = self.book
        for each in book.candidates():
            book.assign(each.key, each.study_instance_uids[0])
        book.compare()


def _real(tmp_path: Path, engine: Engine) -> Bench:
    clock = FakeClock()
    ledger = Ledger(engine, tmp_path, clock, FakeStarts())

    def bring(study: str, accession: str) -> None:
        answer(ledger, study)
        row = {"accession_number": accession, "patient_digest": "", "last_arrival_at": BEGIN}
        with writing(engine) as connection:
            connection.execute(insert(study_entry).values(row | {"study_instance_uid": f"1.{study}"}))

    return Bench(ReportBook(engine, clock), ComparisonView(engine), bring)


def _fake() -> Bench:
    book = FakeReports()

    def bring(study: str, accession: str) -> None:
        book.numbers[f"1.{study}"], book.answers[f"1.{study}"] = accession, StudyAnswer.PRESENT

    return Bench(book, book, bring)


@pytest.fixture(params=["book", "fake"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "fake":
        yield _fake()
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield _real(tmp_path, engine)
    engine.dispose()


def said(bench: Bench, study: str = "1.1") -> tuple[object, object] | None:
    found = bench.view.comparison_of(study)
    return None if found is None else (found.statement, found.answer)


def test_a_report_is_compared_with_the_answer_of_its_study(bench: Bench) -> None:
    bench.arrive("1", "A1")
    assert bench.keep(1, make_report(NO_FRACTURE))
    bench.match()
    assert said(bench) == (NO_FRACTURE, StudyAnswer.PRESENT)
    (comparison,) = bench.view.comparisons()
    assert (comparison.version, comparison.calling_ae_title, comparison.rule) == (1, "MODALITY", "affirmed")
    assert bench.view.reports_now().compared == 1


def test_a_report_may_come_before_its_study(bench: Bench) -> None:
    bench.keep(1, make_report())
    bench.match()
    assert (said(bench), bench.view.reports_now().unmatched) == (None, 1)
    bench.arrive("1", "A1")
    bench.match()
    assert said(bench) == (FRACTURE, StudyAnswer.PRESENT)


def test_a_study_that_the_report_names_is_found_without_a_number(bench: Bench) -> None:
    bench.arrive("1", "")
    order = ImagingOrder(filler=EntityIdentifier("F1"), study_instance_uid="1.1")
    bench.keep(1, make_report(order=order))
    bench.match()
    assert said(bench) == (FRACTURE, StudyAnswer.PRESENT)


def test_the_same_message_has_one_effect(bench: Bench) -> None:
    assert bench.keep(1, make_report(FRACTURE))
    assert bench.keep(2, make_report(NO_FRACTURE, status=ReportStatus.CORRECTED))
    assert not bench.keep(1, make_report(FRACTURE))
    bench.arrive("1", "A1")
    bench.match()
    assert said(bench) == (NO_FRACTURE, StudyAnswer.PRESENT)


def test_a_correction_takes_the_place_of_what_was_compared(bench: Bench) -> None:
    bench.arrive("1", "A1")
    for number, report in enumerate((make_report(), make_report(NO_FRACTURE, status=ReportStatus.CORRECTED))):
        bench.keep(number, report)
        bench.match()
    assert said(bench) == (NO_FRACTURE, StudyAnswer.PRESENT)
    assert [each.status for each in bench.view.reports_of("1.1")] == [ReportStatus.CORRECTED]


@pytest.mark.parametrize("late", [{"said_at": SAID_AT - timedelta(hours=1)}, {"control_id": "M9"}])
def test_what_was_said_before_a_correction_does_not_replace_it(bench: Bench, late: dict[str, object]) -> None:
    bench.arrive("1", "A1")
    bench.keep(1, make_report(NO_FRACTURE, status=ReportStatus.CORRECTED))
    bench.keep(2, make_report(FRACTURE, **late))
    bench.match()
    assert said(bench) == (NO_FRACTURE, StudyAnswer.PRESENT)


def test_a_report_that_is_withdrawn_is_compared_no_more(bench: Bench) -> None:
    bench.arrive("1", "A1")
    for number, status in enumerate((ReportStatus.FINAL, ReportStatus.WITHDRAWN)):
        bench.keep(number, make_report(status=status))
        bench.match()
    assert said(bench) is None
    assert bench.view.reports_now().withdrawn == 1


def test_a_correction_of_the_number_moves_the_report_to_another_study(bench: Bench) -> None:
    for study, accession in (("1", "A1"), ("2", "A2")):
        bench.arrive(study, accession)
    bench.keep(1, make_report())
    bench.match()
    moved = replace(make_report().order, accession_number="A2")
    bench.keep(2, make_report(order=moved, status=ReportStatus.CORRECTED))
    bench.match()
    assert (said(bench, "1.1"), said(bench, "1.2")) == (None, (FRACTURE, StudyAnswer.PRESENT))


def test_several_reports_of_a_study_are_one_statement(bench: Bench) -> None:
    bench.arrive("1", "A1")
    other = replace(make_report().order, filler=EntityIdentifier("F-2"))
    bench.keep(1, make_report(NO_FRACTURE), make_report(NOT_STATED, order=other, rule=NO_TEXT))
    bench.match()
    assert said(bench) == (NO_FRACTURE, StudyAnswer.PRESENT)
    bench.keep(2, make_report(FRACTURE, order=other, status=ReportStatus.CORRECTED))
    bench.match()
    assert said(bench) == (FRACTURE, StudyAnswer.PRESENT)


def test_why_a_report_is_compared_with_nothing_is_counted(bench: Bench) -> None:
    bench.keep(1, make_report())
    bench.book.assign(make_report().key, "", ReportRemark.PATIENT_CONTRADICTS)
    bench.match()
    now = bench.view.reports_now()
    assert (now.received, now.unmatched, now.refused) == (1, 0, {ReportRemark.PATIENT_CONTRADICTS: 1})


def test_studies_are_counted_and_those_that_contradict_are_listed_what_was_not_called_first(bench: Bench) -> None:
    for number, statement in enumerate((FRACTURE, NO_FRACTURE, NO_FRACTURE, NOT_STATED), 1):
        bench.arrive(str(number), f"A{number}")
        bench.keep(number, make_report(statement, f"A{number}"))
    bench.match()
    counts = {each.statement: each.studies for each in bench.view.tallies() if each.calling_ae_title == "MODALITY"}
    assert counts.keys() == {FRACTURE, NO_FRACTURE, NOT_STATED}
    assert sum(each.studies for each in bench.view.tallies()) == 4
    assert {each.study_instance_uid for each in bench.view.contradicting()} == {"1.2", "1.3"}
    assert len(bench.view.contradicting(limit=1)) == 1
    assert not bench.view.contradicting(SAID_AT + timedelta(days=9000))


def test_an_old_comparison_is_left_out_where_only_later_ones_are_asked_for(bench: Bench) -> None:
    bench.arrive("1", "A1")
    bench.keep(1, make_report())
    bench.match()
    (comparison,) = bench.view.comparisons()
    assert not bench.view.comparisons(comparison.compared_at + timedelta(seconds=1))
    assert len(bench.view.comparisons(comparison.compared_at)) == 1


@pytest.mark.parametrize("stated", ["", "1.1"])
def test_a_report_is_looked_for_when_it_came_lately_or_its_study_did(tmp_path: Path, stated: str) -> None:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    bench, now = _real(tmp_path, engine), FakeClock().now()
    bench.arrive("1", "A1")  # at BEGIN and a second
    bench.keep(1, make_report(order=replace(make_report().order, study_instance_uid=stated)))
    book, later = bench.book, timedelta(days=1)
    assert [len(book.candidates(each)) for each in (None, BEGIN, now, max(BEGIN, now) + later)] == [1, 1, 1, 0]
    engine.dispose()
