from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from dicom_node.ledger import dead_letters
from dicom_node.ledger.commitments import Commitments
from dicom_node.ledger.database import looking
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.measurements import Measurements
from dicom_node.monitoring_ports import Queue, Stage
from dicom_node.ports import ReadImage
from domain.commitment import CommitmentState
from domain.delivery import Attempt, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import make_reading
from tests.fakes.starts import FakeStarts

TAKEN = Attempt((Receipt("1.1.1.0", Outcome.DELIVERED, "0x0000 Success"),))
REFUSED = Attempt((Receipt("1.1.1.0", Outcome.REFUSED, "0x0122"),), "Enable this SOP class there.")


@pytest.fixture
def measured(engine: Engine) -> Measurements:
    return Measurements(engine)


def queue_of(measured: Measurements, stage: Stage) -> Queue:
    (found,) = [each for each in measured.standing().queues if each.stage is stage]
    return found


def test_a_reading_says_how_it_ended_and_how_long_each_model_took(
    ledger: Ledger, measured: Measurements, clock: FakeClock
) -> None:
    image = arrive("1", "1")
    ledger.record_instance(image)
    clock.advance(60)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    (found,) = measured.readings(clock.now())
    assert (found.received_at, found.ended_at, found.status) == (image.received_at, clock.now(), "read")
    assert found.reason_code == ""
    assert found.model_milliseconds
    assert not measured.readings(clock.now() + timedelta(seconds=1))


def test_an_answer_has_the_times_of_its_version(ledger: Ledger, measured: Measurements, clock: FakeClock) -> None:
    clock.advance(60)
    answer(ledger)
    (found,) = measured.answers(clock.now())
    assert (found.closed_by, found.closed_at, found.ended_at) == ("quiet_time", clock.now(), clock.now())
    assert found.last_arrival_at < found.ended_at
    assert found.last_read_at is None


def test_an_answer_knows_when_its_last_image_was_read(ledger: Ledger, measured: Measurements, clock: FakeClock) -> None:
    image = arrive("1", "1", seconds=1)
    ledger.record_instance(image)
    clock.advance(7)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    clock.advance(7)
    answer(ledger, image="2")
    (found,) = measured.answers(clock.now())
    assert found.last_read_at == clock.now() - timedelta(seconds=7)


def test_attempts_name_their_destination_and_how_they_ended(
    ledger: Ledger, measured: Measurements, clock: FakeClock
) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    answered_at = clock.now()
    clock.advance(3)
    for name, attempt in (("pacs", TAKEN), ("ris", REFUSED)):
        ledger.keep_attempt(ledger.delivery("1.1", 1, name), attempt, retry_after_seconds=None)
    found = {each.destination: each for each in measured.attempts(clock.now())}
    assert {name: each.outcome for name, each in found.items()} == {"pacs": "delivered", "ris": "refused"}
    assert (found["pacs"].answered_at, found["pacs"].ended_at) == (answered_at, clock.now())


def test_what_waits_is_found_with_its_age(ledger: Ledger, measured: Measurements, clock: FakeClock) -> None:
    image = arrive("2", "1")
    ledger.record_instance(image)
    assert queue_of(measured, Stage.COMPLETE) == Queue(Stage.COMPLETE, 1, image.received_at)
    assert queue_of(measured, Stage.READ) == Queue(Stage.READ, 1, image.received_at)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    assert queue_of(measured, Stage.READ) == Queue(Stage.READ, 0, None)
    answer(ledger, "1")
    assert queue_of(measured, Stage.DELIVERED) == Queue(Stage.DELIVERED, 1, clock.now(), "pacs")


def test_dead_letters_leave_out_what_a_person_held(
    ledger: Ledger, measured: Measurements, interventions: Interventions
) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    assert measured.standing().dead_letters == {}
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), REFUSED, retry_after_seconds=None)
    interventions.hold("1.1", "ris")
    assert measured.standing().dead_letters == {"pacs": 1}


def test_what_is_counted_is_what_is_listed_also_where_a_later_version_has_arrived(
    ledger: Ledger, engine: Engine, measured: Measurements
) -> None:
    for study, version in (("1", 1), ("1", 2), ("2", 1)):
        answer(ledger, study, version, recipients=["pacs"])
        attempt = TAKEN if version == 2 else REFUSED
        ledger.keep_attempt(ledger.delivery(f"1.{study}", version, "pacs"), attempt, retry_after_seconds=None)
    with looking(engine) as connection:
        listed = [each.delivery.study_instance_uid for each in dead_letters.every(connection)]
    assert listed == ["1.2"]
    assert measured.standing().dead_letters == {"pacs": 1}


def _plan(connection: Connection, question: str) -> list[Any]:
    values = (None,) * question.count("?")
    return list(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", values))


@pytest.mark.sqlite
def test_no_question_reads_a_whole_table(engine: Engine, measured: Measurements, clock: FakeClock) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement))
    measured.standing()
    for ask in (measured.readings, measured.answers, measured.attempts, measured.commitments):
        ask(clock.now())
    questions = [each for each in asked if each.startswith("SELECT")]
    with looking(engine) as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", (None,) * each.count("?")) for each in questions
        ]
        scans = {row[3] for plan in plans for row in plan if row[3].startswith("SCAN")}
    assert len(questions) > 8
    assert {scan.split()[1] for scan in scans} <= {"breaker", "quarantine"}


def test_quarantine_is_counted_by_reason(ledger: Ledger, measured: Measurements, tmp_path: Path) -> None:
    for name, code in (("a", "NOT-PART-10"), ("b", "NOT-PART-10"), ("c", "UNPARSABLE-DATA-SET")):
        ledger.quarantine(tmp_path / name, reason_code=code, reason="", calling_ae_title="CR1")
    assert measured.standing().quarantined == {"NOT-PART-10": 2, "UNPARSABLE-DATA-SET": 1}


@pytest.mark.sqlite
def test_the_size_is_that_of_the_file_and_its_log(measured: Measurements, tmp_path: Path) -> None:
    sizes = [path.stat().st_size for path in tmp_path.iterdir() if path.suffix in (".sqlite", ".sqlite-wal")]
    assert measured.size_bytes() == sum(sizes) > 0


def test_a_write_leaves_one_row_however_often_it_is_tried(
    measured: Measurements, clock: FakeClock, engine: Engine
) -> None:
    for _ in range(3):
        measured.try_to_write(clock.now())
    with looking(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM meta WHERE name LIKE 'health%'")).scalar() == 1


def test_a_commitment_is_timed_by_the_delivery_that_it_keeps(
    ledger: Ledger, engine: Engine, starts: FakeStarts, measured: Measurements, clock: FakeClock
) -> None:
    answer(ledger)
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)
    delivered_at = clock.now()
    book = Commitments(engine, starts)
    assert book.open_new("pacs", clock.now()) == 1
    assert queue_of(measured, Stage.COMMITTED) == Queue(Stage.COMMITTED, 1, delivered_at, "pacs")
    (due,) = book.in_state("pacs", CommitmentState.DUE, clock.now())
    clock.advance(30)
    book.change(due, lambda found: replace(found, state=CommitmentState.COMMITTED, committed_at=clock.now()))
    (found,) = measured.commitments(clock.now())
    assert (found.destination, found.delivered_at, found.ended_at) == ("pacs", delivered_at, clock.now())
    assert all(each.stage is not Stage.COMMITTED for each in measured.standing().queues)


def test_the_images_of_an_answer_are_those_that_it_was_made_of(
    ledger: Ledger, measured: Measurements, clock: FakeClock
) -> None:
    image = arrive("1", "1", seconds=1)
    ledger.record_instance(image)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    answer(ledger, image="2")
    (answered,) = measured.answers(clock.now())
    (found,) = measured.images(answered)
    assert (found.received_at, found.status) == (image.received_at, "read")


def test_an_attempt_begins_where_the_one_before_it_ended(
    ledger: Ledger, measured: Measurements, clock: FakeClock
) -> None:
    answer(ledger)
    moments = [clock.now()]
    for attempt in (Attempt((), "later"), TAKEN):
        clock.advance(5)
        moments.append(clock.now())
        ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), attempt, retry_after_seconds=0.0)
    found = sorted(measured.attempts(moments[0]), key=lambda each: each.ended_at)
    assert [(each.begun_at, each.ended_at) for each in found] == [tuple(moments[:2]), tuple(moments[1:])]
