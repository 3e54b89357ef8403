import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

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


def test_the_first_image_opens_its_study_and_starts_its_reading(ledger: Ledger, starts: FakeStarts) -> None:
    assert ledger.record_instance(arrive("1", "1")) is Recorded.NEW
    (study,) = ledger.open_studies()
    assert (study.study_instance_uid, study.version, study.state) == ("1.1", 1, StudyState.OPEN)
    assert starts.readings == ["1.1.1.1"]


def test_the_same_image_again_is_a_duplicate_and_is_read_once(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    assert ledger.record_instance(arrive("1", "1", seconds=50)) is Recorded.DUPLICATE
    assert starts.readings == ["1.1.1.1"]


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


def test_our_own_capture_that_a_pacs_sends_back_is_no_image_to_read(ledger: Ledger, starts: FakeStarts) -> None:
    (document, *_) = answer(ledger)
    read_before = list(starts.readings)
    returned = dataclasses.replace(arrive("1", "9", seconds=100), sop_instance_uid=document.identifier)
    assert ledger.record_instance(returned) is Recorded.OWN_RESULT
    assert not ledger.open_studies()
    assert starts.readings == read_before


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


def test_where_the_work_cannot_start_nothing_is_recorded(ledger: Ledger, starts: FakeStarts) -> None:
    starts.failure = LedgerFull("no room")
    with pytest.raises(LedgerFull):
        ledger.record_instance(arrive("1", "1"))
    starts.failure = None
    assert ledger.open_studies() == []
    assert ledger.record_instance(arrive("1", "1")) is Recorded.NEW


def test_many_associations_at_once_record_every_image_once(ledger: Ledger, starts: FakeStarts) -> None:
    arrivals = [arrive(str(number % 3), str(number // 2)) for number in range(48)]
    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(ledger.record_instance, arrivals))
    distinct = {each.sop_instance_uid for each in arrivals}
    assert recorded.count(Recorded.NEW) == len(distinct)
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


class OneRefuses(FakeStarts):
    """Cannot start the reading of one image; the first transaction waits until all have come."""

    def __init__(self, refused: str, gate: Event) -> None:
        super().__init__()
        self._refused, self._gate = refused, gate

    def read_image(self, connection: Connection, sop_instance_uid: str) -> None:
        self._gate.wait(20)
        if sop_instance_uid == self._refused:
            raise LedgerError("this one cannot be started")
        super().read_image(connection, sop_instance_uid)


def test_of_images_that_are_recorded_together_only_the_one_that_fails_is_missing(
    engine: Engine, tmp_path: Path
) -> None:
    images, gate = [arrive(str(number), "1") for number in range(1, 9)], Event()
    refused = images[4].sop_instance_uid
    ledger = Ledger(engine, tmp_path, FakeClock(), OneRefuses(refused, gate))
    with ThreadPoolExecutor(len(images)) as threads:
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
