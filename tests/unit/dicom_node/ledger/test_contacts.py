from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert

from dicom_node.delivery_ports import SenderContact
from dicom_node.ledger.contacts import ContactBook
from dicom_node.ledger.database import writing
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.search_tables import study_sender
from domain.delivery import Attempt, DeliveryState, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock

TAKEN = Attempt((Receipt("1.1.1.0", Outcome.DELIVERED, "0x0000 Success"),))
AWAY = Attempt((Receipt("1.2.1.0", Outcome.RETRY, "not sent"),), "no TCP connection")


def test_who_sent_when_and_how_many_studies_is_told_by_title(ledger: Ledger, engine: Engine, clock: FakeClock) -> None:
    first = arrive("1", "1")
    ledger.record_instance(first)
    with writing(engine) as connection:
        noted = {"study_instance_uid": first.study_instance_uid, "calling_ae_title": first.calling_ae_title}
        connection.execute(insert(study_sender).values(noted))
    (contact,) = ContactBook(engine).senders(first.received_at - timedelta(days=1))
    assert contact == SenderContact(first.calling_ae_title, first.received_at, 1)
    assert list(ContactBook(engine).senders(first.received_at + timedelta(seconds=1))) == []


def test_the_last_attempt_and_the_last_success_are_told_apart(ledger: Ledger, engine: Engine, clock: FakeClock) -> None:
    for study in "12":
        answer(ledger, study=study, recipients=["pacs"])
    before = clock.now()
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)
    clock.advance(60)
    ledger.keep_attempt(ledger.delivery("1.2", 1, "pacs"), AWAY, retry_after_seconds=5)
    pacs = ContactBook(engine, ["pacs"]).destinations(before - timedelta(days=1))["pacs"]
    assert (pacs.last_delivered_at, pacs.last_attempt_at) == (before, clock.now())
    assert pacs.last_explanation == "no TCP connection"
    assert pacs.deliveries == {DeliveryState.WAITING: 1}


def test_what_was_long_ago_is_not_looked_for(ledger: Ledger, engine: Engine, clock: FakeClock) -> None:
    answer(ledger, recipients=["pacs"])
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)
    clock.advance(3600)
    pacs = ContactBook(engine, ["pacs"]).destinations(clock.now())["pacs"]
    assert (pacs.last_delivered_at, pacs.last_attempt_at) == (None, None)


def test_who_took_nothing_for_days_is_found_beside_who_did_today(
    ledger: Ledger, engine: Engine, clock: FakeClock
) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    began = clock.now()
    ledger.keep_attempt(ledger.delivery("1.1", 1, "ris"), TAKEN, retry_after_seconds=None)
    clock.advance(3 * 86400)
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)
    found = ContactBook(engine, ["pacs", "ris", "never"]).destinations(began - timedelta(days=1))
    assert [found[name].last_delivered_at for name in ("pacs", "ris", "never")] == [clock.now(), began, None]


@pytest.mark.sqlite
def test_where_all_were_heard_of_lately_the_week_is_not_looked_through(
    ledger: Ledger, engine: Engine, clock: FakeClock
) -> None:
    answer(ledger, recipients=["pacs"])
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), TAKEN, retry_after_seconds=None)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    ContactBook(engine, ["pacs"]).destinations(clock.now() - timedelta(days=7))
    assert len([each for each in asked if "GROUP BY attempt.destination" in each]) == 1
