import json
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from dicom_node.cli.main import run
from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger.database import writing
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.report_tables import report_comparison
from domain.final_report import ReportStatement, StudyAnswer
from tests.fakes.answered import answer
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import make_comparison, make_report
from tests.fakes.starts import FakeStarts


@pytest.fixture
def compared(engine: Engine) -> None:
    """Nine studies that agree, one that does not, and a report of another department."""
    agreeing = [make_comparison(ReportStatement.FRACTURE, StudyAnswer.PRESENT, f"1.{number}") for number in range(9)]
    rows = [asdict(each) for each in (*agreeing, make_comparison(ReportStatement.FRACTURE, StudyAnswer.ABSENT, "1.9"))]
    with writing(engine) as connection:
        connection.execute(insert(report_comparison), rows)
    ReportBook(engine, FakeClock()).keep_reports(OrderMessage("m", "c"), [make_report(accession="CT-1")])


@pytest.mark.usefixtures("compared")
def test_counts_measures_and_their_caution_are_printed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agreement", "--config", str(config), "--studies"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 final reports: 1 of studies that are not here." in said
    assert "sensitivity 90.0% 59.6% to 98.2% 10 present or doubt" in said
    assert "may have seen the answer: this is agreement, not truth" in said
    assert "1.9 1 absent fracture affirmed" in said


@pytest.mark.usefixtures("compared")
def test_programs_get_the_same_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agreement", "--config", str(config), "--json", "--since", "2026-01-01"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["reports"]["unmatched"] == 1
    assert [each["by"] for each in said["groups"]] == ["all", "region", "sender", "models"]
    assert said["groups"][0]["counts"]["absent"]["fracture"] == 1
    assert said["groups"][0]["sensitivity"]["number"] == 10
    assert said["disagreements"][0]["study_instance_uid"] == "1.9"


def test_a_study_is_shown_with_what_its_report_says_and_without_its_numbers(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(Ledger(engine, tmp_path, FakeClock(), FakeStarts()))
    book, report = ReportBook(engine, FakeClock()), make_report(accession="ACC-77", control_id="RIS-5")
    book.keep_reports(OrderMessage("m", "c"), [report])
    book.assign(report.key, "1.1")
    assert run(["show", "1.1", "--config", str(config)]) == 0
    assert "compared with nothing: the answer is still to come" in capsys.readouterr().out
    book.compare()
    assert run(["show", "1.1", "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "version 1 said present, the final report fracture" in said
    assert "affirmed" in said
    assert not any(number in said for number in ("ACC-77", "RIS-5"))


@pytest.mark.usefixtures("compared")
def test_earlier_reports_are_left_out(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agreement", "--config", str(config), "--since", "2026-04-01"]) == 0
    assert "No final report has come" in capsys.readouterr().out


def test_without_a_report_the_setting_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agreement", "--config", str(config)]) == 0
    assert "[final_reports]" in capsys.readouterr().out
