import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, select

from dicom_node.ledger import tables
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.ports import Recorded
from domain.errors import LedgerError, LedgerFull
from domain.study import StudyState
from tests.fakes.answered import answer, close
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts


def test_the_first_image_opens_its_study_and_is_to_be_read(ledger: Ledger, starts: FakeStarts) -> None:
    assert ledger.record_instance(arrive("1", "1")) is Recorded.NEW
    (study,) = ledger.open_studies()
    assert (study.study_instance_uid, study.version, study.state) == ("1.1", 1, StudyState.OPEN)
    assert (ledger.start_readings(9), starts.readings) == (1, ["1.1.1.1"])


def test_the_same_image_again_is_a_duplicate_and_is_read_once(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    assert ledger.record_instance(arrive("1", "1", seconds=50)) is Recorded.DUPLICATE
    assert (ledger.start_readings(9), starts.readings) == (1, ["1.1.1.1"])


def test_a_duplicate_does_not_keep_its_study_open(ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    ledger.record_instance(arrive("1", "1", seconds=50))
    assert ledger.open_studies()[0].last_arrival_at == BEGIN


def test_other_bytes_under_a_known_uid_are_a_conflict_and_the_first_stay(ledger: Ledger) -> None:
    first = arrive("1", "1")
    ledger.record_instance(first)
    assert ledger.record_instance(arrive("1", "1", content="other")) is Recorded.CONFLICT
    assert [each.sha256 for each in ledger.instances("1.1", 1)] == [first.sha256]


def test_a_known_uid_in_another_study_is_a_conflict(ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    stray = dataclasses.replace(arrive("2", "1"), sop_instance_uid="1.1.1.1")
    assert ledger.record_instance(stray) is Recorded.CONFLICT
    assert ledger.instances("1.2", 1) == ()


def test_our_own_capture_that_a_pacs_sends_back_is_no_image_to_read(ledger: Ledger) -> None:
    (document, *_) = answer(ledger)
    ledger.start_readings(9)
    returned = dataclasses.replace(arrive("1", "9", seconds=100), sop_instance_uid=document.identifier)
    assert ledger.record_instance(returned) is Recorded.OWN_RESULT
    assert not ledger.open_studies()
    assert ledger.start_readings(9) == 0


def test_a_late_image_opens_the_next_version_with_all_images_so_far(ledger: Ledger) -> None:
    answer(ledger, image="1")
    ledger.record_instance(arrive("1", "2", seconds=100))
    (study,) = ledger.open_studies()
    assert (study.version, study.first_arrival_at) == (2, BEGIN + timedelta(seconds=100))
    assert len(ledger.instances("1.1", 1)) == 1
    assert len(ledger.instances("1.1", 2)) == 2


def test_an_image_between_closing_and_answer_belongs_to_the_next_version(ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.record_instance(arrive("1", "2", seconds=5))
    assert [each.sop_instance_uid for each in ledger.instances("1.1", 1)] == ["1.1.1.1"]


def test_images_of_two_patients_that_come_in_turns_never_mix(ledger: Ledger) -> None:
    for number in range(6):
        ledger.record_instance(arrive(str(number % 2), str(number)))
    assert {each.study_instance_uid for each in ledger.instances("1.0", 1)} == {"1.0"}
    assert len(ledger.instances("1.0", 1)) == len(ledger.instances("1.1", 1)) == 3


def test_what_was_recorded_comes_back_as_it_was(ledger: Ledger) -> None:
    received = arrive("1", "1")
    ledger.record_instance(received)
    assert ledger.instance("1.1.1.1") == received


def test_an_image_is_recorded_and_to_be_read_or_neither(ledger: Ledger, engine: Engine) -> None:
    with refusing(engine, "INSERT INTO awaited_reading", "1.1.1.1", LedgerFull("no room")), pytest.raises(LedgerFull):
        ledger.record_instance(arrive("1", "1"))
    assert (ledger.open_studies(), ledger.start_readings(9)) == ([], 0)
    assert ledger.record_instance(arrive("1", "1")) is Recorded.NEW


def test_readings_start_in_the_order_of_arrival_a_few_at_a_time_and_once(ledger: Ledger, starts: FakeStarts) -> None:
    for image in "321":
        ledger.record_instance(arrive("1", image))
    assert [ledger.start_readings(2) for _ in range(3)] == [2, 1, 0]
    assert starts.readings == ["1.1.1.3", "1.1.1.2", "1.1.1.1"]


def test_a_reading_that_cannot_be_started_goes_on_waiting(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    starts.failure = LedgerFull("no room")
    with pytest.raises(LedgerFull):
        ledger.start_readings(9)
    starts.failure = None
    assert (ledger.start_readings(9), starts.readings) == (1, ["1.1.1.1"])


def test_many_associations_at_once_record_every_image_once(ledger: Ledger, starts: FakeStarts) -> None:
    arrivals = [arrive(str(number % 3), str(number // 2)) for number in range(48)]
    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(ledger.record_instance, arrivals))
    distinct = {each.sop_instance_uid for each in arrivals}
    assert recorded.count(Recorded.NEW) == len(distinct)
    assert ledger.start_readings(99) == len(starts.readings)
    assert sorted(starts.readings) == sorted(distinct)


IMAGES = [(study, image) for study in "12" for image in "abc"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(IMAGES), duplicates=st.lists(st.sampled_from(IMAGES), max_size=4))
def test_any_order_of_arrival_gives_the_same_images_per_version(
    engine: Engine, ledger: Ledger, order: list[tuple[str, str]], duplicates: list[tuple[str, str]]
) -> None:
    _forget_everything(engine)
    for study, image in [*order, *duplicates]:
        ledger.record_instance(arrive(study, image))
    for study in "12":
        expected = [f"1.{study}.1.{image}" for image in "abc"]
        assert [each.sop_instance_uid for each in ledger.instances(f"1.{study}", 1)] == expected
    assert [study.version for study in ledger.open_studies()] == [1, 1]


def _forget_everything(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table is not tables.meta:
                connection.execute(table.delete())


@contextmanager
def refusing(
    engine: Engine, statement: str, value: str, error: Exception, before: Callable[[], object] = lambda: None
) -> Iterator[None]:
    """Have the store refuse one statement with one value; `before` each that begins so."""

    def look(_connection: Connection, _cursor: object, asked: str, values: object, *_: object) -> None:
        if asked.startswith(statement):
            before()
            if value in str(values):
                raise error

    event.listen(engine, "before_cursor_execute", look)
    yield
    event.remove(engine, "before_cursor_execute", look)


def test_of_images_that_are_recorded_together_only_the_one_that_fails_is_missing(
    engine: Engine, ledger: Ledger
) -> None:
    images, gate = [arrive(str(number), "1") for number in range(1, 9)], Event()
    refused, error = images[4].sop_instance_uid, LedgerError("this one cannot be kept")
    waits = refusing(engine, "INSERT INTO awaited_reading", refused, error, lambda: gate.wait(20))
    with waits, ThreadPoolExecutor(len(images)) as threads:
        futures = {each.sop_instance_uid: threads.submit(ledger.record_instance, each) for each in images}
        while len(ledger._arriving._waiting) < len(images) - 1:
            Event().wait(0.001)
        gate.set()
    failed = {uid for uid, future in futures.items() if future.exception() is not None}
    with engine.connect() as connection:
        recorded = set(connection.execute(select(tables.instance.c.sop_instance_uid)).scalars())
    assert (failed, recorded) == ({refused}, set(futures) - {refused})


def test_the_title_that_the_first_image_was_sent_to_is_known(ledger: Ledger, engine: Engine, clock: FakeClock) -> None:
    ledger.record_instance(dataclasses.replace(arrive("1", "2", seconds=1.0), called_ae_title="TRAUMA"))
    ledger.record_instance(dataclasses.replace(arrive("1", "1", seconds=2.0), called_ae_title="OSTEONODE"))
    assert StepBook(engine, clock).called_ae_title("1.1") == "TRAUMA"
