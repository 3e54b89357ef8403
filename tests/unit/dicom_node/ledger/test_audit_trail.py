from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dicom_node.audit_ports import AuditSearch
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_content import GENESIS, read_event, write_content, write_patient
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import writing
from dicom_node.ledger.erasing import Erasing
from domain.audit import Action, AuditedPatient, AuditedStudy, AuditEvent, EventID, EventType, Participant, Role
from domain.audit_templates import (
    data_export,
    instances_accessed,
    instances_transferred,
    query,
    security_alert,
    user_authentication,
)
from tests.fakes.clock import FakeClock

PATIENT = AuditedPatient("4711", "Doe^Jane")
STUDY = AuditedStudy("1.2", {"1.2.840.10008.5.1.4.1.1.1.1": 2}, "A1")


@pytest.fixture
def trail(engine: Engine, clock: FakeClock) -> LedgerAuditTrail:
    return LedgerAuditTrail(engine, clock, lambda uid: PATIENT if uid == "1.2" else None)


@pytest.fixture
def book(engine: Engine) -> AuditBook:
    return AuditBook(engine)


def change(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def fill(trail: LedgerAuditTrail, clock: FakeClock, count: int = 4) -> None:
    for number in range(count):
        clock.advance(60)
        trail.record(instances_accessed("ada", f"1.{number}"))


def samples(clock: FakeClock) -> list[AuditEvent]:
    ours, theirs = Participant("42", ("OSTEONODE",), role=Role.DESTINATION), Participant("MODALITY", role=Role.SOURCE)
    return [
        instances_transferred(theirs, ours, STUDY, PATIENT, action=Action.CREATE, occurred_at=clock.now()),
        query(ours, theirs, "1.2.840.10008.5.1.4.1.2.2.1", "(0020,000D) 1.2"),
        data_export("ada", "/media/backup", studies=("1.2", "1.3")),
        security_alert(EventType.NODE_AUTHENTICATION, ours, "an unknown AE title called", subject="STRANGER"),
    ]


@pytest.mark.parametrize("number", range(4))
def test_an_event_comes_back_as_it_was(number: int, clock: FakeClock) -> None:
    event = samples(clock)[number]
    read = read_event(write_content(event, clock.now()), write_patient(event.patient))
    assert (read.participants, read.studies, read.patient) == (event.participants, event.studies, event.patient)
    assert (read.resources, read.types, read.action) == (event.resources, event.types, event.action)


def test_the_patient_of_a_study_is_found_when_it_is_recorded(trail: LedgerAuditTrail, book: AuditBook) -> None:
    trail.record(instances_accessed("ada", "1.2", action=Action.UPDATE, explanation="retry"))
    trail.record(instances_accessed("ada", "1.9"))
    assert [each.event.patient for each in book.records()] == [None, PATIENT]


def test_records_are_found_by_what_they_say(trail: LedgerAuditTrail, book: AuditBook, clock: FakeClock) -> None:
    fill(trail, clock)
    since = clock.now()
    trail.record(user_authentication("eve", succeeded=False, address="127.0.0.9"))
    found = {
        "kind": AuditSearch(event_id=EventID.USER_AUTHENTICATION),
        "person": AuditSearch(who="eve"),
        "failure": AuditSearch(failures=True),
        "time": AuditSearch(since=since, who="eve"),
    }
    assert {name: [each.number for each in book.records(search)] for name, search in found.items()} == {
        name: [5] for name in found
    }
    assert [each.number for each in book.records(AuditSearch(study_instance_uid="1.1"))] == [2]
    assert [each.number for each in book.records(AuditSearch(before=3), limit=1)] == [2]


def test_a_trail_that_nobody_touched_is_proven(trail: LedgerAuditTrail, book: AuditBook, clock: FakeClock) -> None:
    assert book.verify().last_digest == GENESIS
    fill(trail, clock)
    verdict = book.verify()
    assert (verdict.records, verdict.erased, verdict.faults) == (4, 0, ())


@pytest.mark.parametrize(
    ("statement", "number", "said"),
    [
        ("UPDATE audit SET content = replace(content, 'ada', 'eve') WHERE number = 2", 2, "changed after"),
        ("UPDATE audit SET who = 'eve' WHERE number = 2", 2, "columns"),
        ("UPDATE audit SET patient = replace(patient, '4711', '4712') WHERE number = 3", 3, "patient"),
        ("DELETE FROM audit WHERE number = 2", 3, "from 2 to 2 are missing"),
        ("UPDATE audit SET digest = previous WHERE number = 2", 3, "does not follow"),
        ("DELETE FROM audit WHERE number > 2", 3, "from 3 to 4 are missing"),
    ],
)
def test_whatever_is_changed_shows(
    trail: LedgerAuditTrail, book: AuditBook, clock: FakeClock, engine: Engine, statement: str, number: int, said: str
) -> None:
    fill(trail, clock)
    change(engine, statement)
    faults = book.verify().faults
    assert any(said in each.explanation for each in faults if each.number == number)


def test_a_patient_can_be_erased_and_the_rest_is_still_proven(
    trail: LedgerAuditTrail, book: AuditBook, clock: FakeClock, engine: Engine
) -> None:
    fill(trail, clock)
    erasing = Erasing(engine, Path("/data"), clock)
    assert (erasing.erase_audited("4712"), erasing.erase_audited(" 4711"), erasing.erase_audited("4711")) == (0, 1, 0)
    verdict = book.verify()
    assert (verdict.records, verdict.erased, verdict.faults) == (4, 1, ())


def test_many_threads_leave_no_gap_and_no_doubt(trail: LedgerAuditTrail, book: AuditBook) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: trail.record(user_authentication(f"user {number}")), range(40)))
    verdict = book.verify()
    assert (verdict.records, verdict.faults) == (40, ())


def test_an_event_needs_somebody_and_a_time_zone(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="participant"):
        AuditEvent(EventID.QUERY, Action.EXECUTE, ())
    with pytest.raises(ValueError, match="time zone"):
        AuditEvent(EventID.QUERY, Action.EXECUTE, (Participant("a"),), occurred_at=clock.now().replace(tzinfo=None))
