"""purge: what a person is told, what is asked first, and that an erasure leaves nothing of one patient alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dicom_node.cli.main import run
from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.erasing import Erasing
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.knowledge_tables import imaging_order
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.ledger.retention_tables import erasure
from dicom_node.ledger.upgrading import COPIES
from domain.audit import AuditedPatient
from domain.audit_templates import instances_accessed
from domain.delivery import Outcome
from domain.order import EntityIdentifier, PatientIdentifier, digest_patient_id
from tests.fakes.final_reports import make_report
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.unit.dicom_node.pipeline.workbench import Workbench

PATIENT = "PAT-42"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, Workbench]]:
    """Return a configuration whose ledger has one finished study, 1.1, as old as the fake clock."""
    data = tmp_path / "data"
    data.mkdir()
    bench = Workbench(data)
    finish(bench, "1")
    config = tmp_path / "site.toml"
    config.write_text(f'[node]\ndata = "{data}"\n')
    yield config, bench
    bench.close()


def finish(bench: Workbench, study: str) -> None:
    bench.arrive(study, "1")
    bench.complete()
    bench.deliver()


def purge(config: Path, *more: str) -> int:
    return run(["purge", "--config", str(config), *more])


def test_a_dry_run_counts_and_the_run_after_it_purges(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    assert purge(config, "--older-than", "1", "--dry-run") == 0
    assert "history: 1 studies would go" in capsys.readouterr().out
    assert purge(config, "--older-than", "1") == 0
    assert "removed" in capsys.readouterr().out
    assert purge(config, "--older-than", "1") == 0
    assert "nothing is due" in capsys.readouterr().out
    assert not list(bench.folder.rglob("*.dcm"))


def test_one_study_goes_alone_and_the_unknown_one_is_named(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    finish(bench, "2")
    assert purge(config, "--study", "1.1", "--yes") == 0
    assert run(["show", "1.1", "--config", str(config)]) == 1
    assert run(["show", "1.2", "--config", str(config)]) == 0
    assert purge(config, "--study", "1.9", "--yes") == 1
    assert "no such study" in capsys.readouterr().err


def test_a_study_that_is_held_is_kept_until_somebody_gives_it_up(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    bench.expect(pacs=[Outcome.REFUSED])
    finish(bench, "2")
    assert purge(config, "--study", "1.2", "--yes") == 1
    assert "kept: the delivery to pacs is held" in capsys.readouterr().out
    assert purge(config, "--study", "1.2", "--yes", "--give-up") == 0


def test_nothing_goes_without_a_yes(site: tuple[Path, Workbench]) -> None:
    config, bench = site
    assert purge(config, "--study", "1.1") == 1
    assert bench.history("1").versions


def test_an_erased_patient_stands_nowhere_in_the_ledgers_bytes_and_the_trail_is_still_proven(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    copy = bench.folder / COPIES / "schema-1-then.sqlite"
    copy.parent.mkdir()
    copy.touch()
    image = bench.arrive("2", "1")
    save_radiograph(make_radiograph(7, PatientID=PATIENT, StudyInstanceUID="1.2"), image.path)
    bench.complete()
    bench.deliver()
    trail = LedgerAuditTrail(bench.engine, bench.clock, lambda _uid: AuditedPatient(PATIENT, "Unmistakable^Name"))
    trail.record(instances_accessed("ada", "1.2"))
    assert purge(config, "--patient", PATIENT, "--yes") == 0
    verdict = AuditBook(bench.engine).verify()
    assert (verdict.records, verdict.erased, verdict.faults) == (2, 1, ())  # and who erased it
    assert not [path for path in bench.folder.glob("*.sqlite*") if b"Unmistakable" in path.read_bytes()]
    assert f"the new version has proved itself, in {copy.parent}" in capsys.readouterr().out


def test_an_erasure_takes_one_patients_studies_and_quarantine_and_keeps_no_id(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    image = bench.arrive("2", "1")
    save_radiograph(make_radiograph(7, PatientID=PATIENT, StudyInstanceUID="1.2"), image.path)
    bench.complete()
    bench.deliver()
    aside = save_radiograph(make_radiograph(8, PatientID=PATIENT), bench.folder / "quarantine.dcm")
    bench.ledger.quarantine(aside, reason_code="conflict", reason="", calling_ae_title="MODALITY")
    assert purge(config, "--patient", PATIENT, "--yes") == 0
    assert "1 studies and 1 files in quarantine" in capsys.readouterr().out
    assert not image.path.exists()
    assert not aside.exists()
    assert bench.history("1").versions
    assert Erasing(bench.engine, bench.folder, bench.clock).was_erased(PATIENT)
    with looking(bench.engine) as connection:
        row = connection.execute(select(erasure)).mappings().one()
    assert PATIENT not in str(dict(row))
    assert (row["studies"], row["files"]) == (1, 1)


def test_an_erasure_takes_the_patients_orders_and_no_others(site: tuple[Path, Workbench]) -> None:
    _config, bench = site
    with writing(bench.engine) as connection:
        for key, patient in (("1", PATIENT), ("2", "somebody else")):
            content = {"patient": [{"digest": digest_patient_id(patient)}]}
            row = {"study_instance_uid": "", "accession_number": "", "changed_at": bench.clock.now()}
            connection.execute(imaging_order.insert().values(row | {"key": key, "content": content}))
    erasing = Erasing(bench.engine, bench.folder, bench.clock)
    assert (erasing.erase_orders(PATIENT), erasing.erase_orders(PATIENT)) == (1, 0)


def test_an_erasure_takes_the_patients_final_reports_and_their_comparison(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    book = ReportBook(bench.engine, bench.clock)
    for number, patient in enumerate((PATIENT, "somebody else")):
        order = replace(make_report().order, patient=(PatientIdentifier(digest_patient_id(patient)),))
        report = make_report(order=replace(order, filler=EntityIdentifier(str(number))))
        book.keep_reports(OrderMessage(str(number), ""), [report])
        book.assign(report.key, f"1.{number + 1}")
    assert book.compare() == 1
    assert purge(config, "--patient", PATIENT, "--yes") == 0
    assert "0 orders and 1 final reports" in capsys.readouterr().out
    view = ComparisonView(bench.engine)
    assert ([len(view.reports_of(uid)) for uid in ("1.1", "1.2")], view.comparisons()) == ([0, 1], ())


def test_a_study_that_goes_takes_its_report_and_a_report_without_a_study_goes_by_age(
    site: tuple[Path, Workbench],
) -> None:
    config, bench = site
    book, view = ReportBook(bench.engine, bench.clock), ComparisonView(bench.engine)
    for accession in ("A1", "A2"):
        book.keep_reports(OrderMessage(accession, ""), [make_report(accession=accession)])
    book.assign(make_report(accession="A1").key, "1.1")
    book.compare()
    assert purge(config, "--study", "1.1", "--yes") == 0
    assert (view.reports_now().received, len(view.comparisons())) == (1, 0)
    assert book.forget_reports(bench.clock.now()) == 0
    assert book.forget_reports(bench.clock.now() + timedelta(seconds=1)) == 1


def test_an_erasure_that_was_done_is_told_of(site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]) -> None:
    config, bench = site
    Erasing(bench.engine, bench.folder, bench.clock).record(PATIENT, studies=1, files=0)
    assert purge(config, "--patient", PATIENT, "--yes") == 1
    assert "recorded before" in capsys.readouterr().out
    assert purge(config, "--patient", "somebody else", "--yes") == 1
    assert "recorded before" not in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [("--study", "1", "--patient", "2"), ("--give-up",), ("--older-than", "-1")])
def test_what_does_not_go_together_is_refused(site: tuple[Path, Workbench], wrong: tuple[str, ...]) -> None:
    config, bench = site
    assert purge(config, *wrong) == 2
    assert bench.history("1").versions
