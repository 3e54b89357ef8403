"""What goes when, what is never touched, and what a study can still do when its pixels are gone."""

from datetime import timedelta
from pathlib import Path

import pydicom
import pytest
from sqlalchemy import func, select

from config.settings import Retention
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.purging import KINDS, Purging
from dicom_node.ledger.retention_tables import past_study, removal
from dicom_node.ledger.retrievals import Retrievals
from dicom_node.ledger.tables import metadata
from dicom_node.pipeline.retaining import Tally, ages, notes_kept, purge_due
from domain.audit_templates import instances_accessed
from domain.correction import Retraction, RetractionReason
from domain.delivery import Outcome
from domain.errors import InterventionRefused
from domain.study import StudyState
from tests.fakes.light_reader import LightReader
from tests.unit.dicom_node.pipeline.workbench import Workbench

DAY = 86400.0
RETENTION = Retention(images_days=10, evidence_days=10, documents_days=20, history_days=30, quarantine_days=5)


@pytest.fixture
def purging(bench: Workbench) -> Purging:
    return Purging(bench.engine, bench.folder, bench.clock)


def finish(bench: Workbench, study: str = "1", image: str = "1") -> None:
    """Bring a study from an image to its deliveries."""
    bench.arrive(study, image)
    bench.read()
    assert bench.complete() == ["answered"]
    bench.deliver()


def wait(bench: Workbench, purging: Purging, days: float, *, dry_run: bool = False) -> Tally:
    """Let days pass and what is then due go."""
    bench.clock.advance(days * DAY)
    return purge_due(purging, ages(RETENTION), bench.clock, dry_run=dry_run)


def files(bench: Workbench) -> list[str]:
    """Return the names of the files below the data folder, without the database's."""
    found = (path for path in bench.folder.rglob("*") if path.is_file() and ".sqlite" not in path.name)
    return sorted(str(path.relative_to(bench.folder)) for path in found)


def rows(bench: Workbench) -> int:
    """Return how many rows there are of studies and what belongs to them."""
    with looking(bench.engine) as connection:
        tables = [each for each in metadata.sorted_tables if "study_instance_uid" in each.c]
        return sum(connection.execute(select(func.count()).select_from(each)).scalar_one() for each in tables)


def test_pixels_go_first_then_documents_then_everything_but_one_small_row(bench: Workbench, purging: Purging) -> None:
    finish(bench)
    assert wait(bench, purging, 9).studies == {}
    assert set(wait(bench, purging, 2).studies) >= {"images"}
    (image, *_) = bench.ledger.instances("1.1", 1)
    assert image.is_purged
    assert "PixelData" not in pydicom.dcmread(image.path)
    assert str(pydicom.dcmread(image.path).PatientID)
    assert wait(bench, purging, 10).studies == {"documents": 1}
    assert files(bench) == []
    assert wait(bench, purging, 10).studies == {"history": 1}
    assert rows(bench) == 0
    with looking(bench.engine) as connection:
        assert connection.execute(select(past_study.c.last_version)).scalars().all() == [1]


def test_a_dry_run_says_what_goes_and_touches_nothing(bench: Workbench, purging: Purging) -> None:
    finish(bench)
    before = files(bench)
    assert set(wait(bench, purging, 40, dry_run=True).studies) >= {"images", "documents", "history"}
    assert (files(bench), rows(bench) > 0) == (before, True)


def test_an_open_study_is_never_touched(bench: Workbench, purging: Purging) -> None:
    bench.arrive("1", "1")
    tally = wait(bench, purging, 100)
    assert tally.kept == {"1.1": ("it still takes images",)}
    assert tally.studies == {}


def test_a_study_that_waits_for_its_answer_is_never_touched(bench: Workbench, purging: Purging) -> None:
    finish(bench)
    bench.arrive("1", "2")  # a late image: version 2 is open
    before = files(bench)
    assert wait(bench, purging, 100).studies == {}
    assert files(bench) == before


@pytest.mark.parametrize(("outcome", "word"), [(Outcome.RETRY, "next attempt"), (Outcome.REFUSED, "held")])
def test_a_study_with_an_outstanding_delivery_is_never_touched(
    bench: Workbench, purging: Purging, outcome: Outcome, word: str
) -> None:
    bench.expect(pacs=[outcome])
    finish(bench)
    tally = wait(bench, purging, 100)
    assert tally.studies == {}
    assert word in tally.kept["1.1"][0]
    assert not bench.ledger.instance("1.1.1.1").is_purged


def test_what_a_person_gives_up_goes_but_never_what_is_under_way(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED, Outcome.RETRY])
    finish(bench, "1")
    finish(bench, "2")
    giving_up = Purging(bench.engine, bench.folder, bench.clock, give_up=True)
    assert giving_up.purge("history", "1.1").outstanding == ()
    assert giving_up.purge("history", "1.2").outstanding == ("a delivery to pacs waits for its next attempt",)


def test_a_late_image_after_the_pixels_went_supersedes_the_answer_to_all_images(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench)
    wait(bench, purging, 11)
    finish(bench, image="2")
    context, findings, images = bench.composer.asked[-1]
    assert context.version == 2
    assert [each.sop_instance_uid for each in findings.readings] == ["1.1.1.1", "1.1.1.2"]
    assert images == ("1.1.1.1", "1.1.1.2")
    assert len(context.predecessors) == 1


def test_a_late_image_waits_for_a_person_where_other_models_would_need_the_pixels_that_went(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench)
    wait(bench, purging, 11)
    with writing(bench.engine) as connection:
        connection.exec_driver_sql("UPDATE reading SET model_set = 'an earlier one'")
    bench.arrive("1", "2")
    assert bench.complete() == ["held"]
    (_, held) = bench.history("1").versions
    assert held.held_code == "IMAGES-PURGED"
    assert "send the study again" in held.held_reason


def test_a_late_image_after_the_headers_went_waits_for_a_person_and_is_answered_when_the_study_came_again(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench)
    wait(bench, purging, 21)
    bench.arrive("1", "2")
    assert bench.complete() == ["held"]
    bench.arrive("1", "1")
    assert Interventions(bench.engine, bench.clock, bench.starts).release("1.1") == 1
    assert bench.answer() == ["answered"]
    assert bench.composer.asked[-1][2] == ("1.1.1.1", "1.1.1.2")


def test_an_image_after_everything_went_opens_the_next_version_and_never_the_first_again(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench)
    wait(bench, purging, 40)
    finish(bench)
    assert bench.composer.asked[-1][0].version == 2
    assert [line.study.version for line in bench.history("1").versions] == [2]


def test_an_answer_can_be_retracted_while_its_documents_are_here_and_says_so_when_they_are_not(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench, "1")
    finish(bench, "2")
    person = Interventions(bench.engine, bench.clock, bench.starts)
    retraction = Retraction(RetractionReason.WRONG_SIDE, "", "")
    wait(bench, purging, 11)
    assert person.retract("1.1", retraction) == 2
    assert bench.answer() == ["answered"]
    bench.deliver()
    wait(bench, purging, 11)
    with pytest.raises(InterventionRefused, match="in the archive"):
        person.retract("1.2", retraction)


def test_a_study_is_read_again_only_when_its_pixels_came_again(bench: Workbench, purging: Purging) -> None:
    finish(bench)
    wait(bench, purging, 11)
    person = Interventions(bench.engine, bench.clock, bench.starts)
    with pytest.raises(InterventionRefused, match="send it again"):
        person.reread("1.1")
    bench.arrive("1", "1")
    assert isinstance(bench.reader, LightReader)
    assert person.reread("1.1") == 2
    assert bench.answer() == ["answered"]
    assert bench.history("1").versions[-1].study.state is StudyState.ANSWERED


def test_a_study_that_somebody_has_asked_an_archive_for_is_kept_with_the_request(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench)
    requests = Retrievals(bench.engine, bench.clock)
    requests.ask("1.1", "PACS")
    assert wait(bench, purging, 31).kept == {"1.1": ("a request to fetch it waits",)}
    assert [each.study_instance_uid for each in requests.latest()] == ["1.1"]


def test_who_did_what_to_a_study_outlives_its_history_and_stays_proven(bench: Workbench, purging: Purging) -> None:
    finish(bench)
    trail, book = LedgerAuditTrail(bench.engine, bench.clock), AuditBook(bench.engine)
    for study in ("1.1", "1.2", "1.1"):
        trail.record(instances_accessed("ada", study))
    assert wait(bench, purging, 31).studies["history"] == 1
    assert (book.verify().records, book.verify().faults) == (3, ())


@pytest.mark.parametrize("what", KINDS)
def test_a_run_that_dies_after_its_rows_leaves_no_file_for_ever(bench: Workbench, what: str) -> None:
    finish(bench)
    Purging(bench.engine, bench.folder, bench.clock).purge(what, "1.1")  # and no carry_out: the process is gone
    planned = planned_files(bench)
    assert all((bench.folder / path).exists() for path in planned)
    Purging(bench.engine, bench.folder, bench.clock).carry_out()
    assert planned_files(bench) == []
    assert not any((bench.folder / path).exists() for path in planned)


def test_an_image_that_comes_again_between_its_rows_and_its_file_keeps_the_file(
    bench: Workbench, purging: Purging
) -> None:
    finish(bench)
    purging.purge("images", "1.1")
    again = bench.arrive("1", "1")
    purging.carry_out()
    assert again.path.is_file()
    assert bench.ledger.instance("1.1.1.1").path == again.path


def planned_files(bench: Workbench) -> list[str]:
    with looking(bench.engine) as connection:
        return list(connection.execute(select(removal.c.path)).scalars())


def test_a_planned_removal_outside_the_data_folder_is_not_done(bench: Workbench) -> None:
    outside = bench.folder.parent / f"{bench.folder.name}-outside"
    outside.write_text("not ours")
    with writing(bench.engine) as connection:
        connection.execute(removal.insert().values(path=f"../{outside.name}"))
    Purging(bench.engine, bench.folder, bench.clock).carry_out()
    assert outside.read_text() == "not ours"
    assert planned_files(bench) == []


def test_what_was_put_aside_goes_by_its_own_age(bench: Workbench, purging: Purging) -> None:
    path = bench.folder / "quarantine" / "strange.dcm"
    path.parent.mkdir()
    path.write_bytes(b"strange")
    bench.ledger.quarantine(path, reason_code="unparsable", reason="", calling_ae_title="MODALITY")
    assert wait(bench, purging, 4).quarantined == 0
    assert wait(bench, purging, 2).quarantined == 1
    assert not path.exists()
    assert Path(path.parent).is_dir()


def test_many_studies_leave_the_disk_and_the_rows_as_they_were(bench: Workbench) -> None:
    purging = Purging(bench.engine, bench.folder, bench.clock, at_once=4)
    for number in range(1, 11):
        bench.arrive(str(number), "1")
    bench.read()
    bench.complete()
    bench.deliver()
    assert wait(bench, purging, 40).studies["history"] == 10
    assert (files(bench), rows(bench)) == ([], 0)


def test_zero_days_keep_for_ever_and_what_needs_another_is_not_kept_longer() -> None:
    assert ages(Retention(images_days=0, evidence_days=0, documents_days=0, history_days=0)) == {"quarantine": 90.0}
    for wrong in ({"documents_days": 10}, {"history_days": 80}, {"images_days": 0}):
        with pytest.raises(ValueError, match="must not be above"):
            Retention.model_validate(wrong)


@pytest.mark.parametrize(("history_days", "kept_days"), [(730.0, 7.0), (2.0, 2.0), (0.0, 7.0)])
def test_the_notes_of_the_engine_outlive_no_history(history_days: float, kept_days: float) -> None:
    short = dict.fromkeys(("images_days", "evidence_days", "documents_days"), min(history_days, 1.0) or 1.0)
    retention = Retention(**short, history_days=history_days)
    assert notes_kept(retention) == timedelta(days=kept_days)
