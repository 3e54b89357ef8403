from datetime import timedelta

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.alert_book import LedgerAlerts
from dicom_node.ledger.database import looking
from domain.alert import AlertKind, Cause, Terms
from tests.fakes.alert_messages import write_plainly
from tests.fakes.clock import FakeClock

TERMS = Terms(timedelta(hours=24), timedelta(minutes=2))
DOWN = Cause(AlertKind.PEER_DOWN, "pacs", "Since today.")


def test_what_is_still_to_be_sent_outlives_the_process(engine: Engine, clock: FakeClock) -> None:
    LedgerAlerts(engine, clock, write_plainly).note([DOWN], TERMS, {"mail": ()})
    other = LedgerAlerts(engine, clock, write_plainly)
    assert [each.text.title for each in other.due("mail")] == ["raised peer-down pacs"]
    assert other.note([DOWN], TERMS, {"mail": ()}) == 0


def test_what_is_long_over_is_forgotten_with_its_messages(engine: Engine, clock: FakeClock) -> None:
    book = LedgerAlerts(engine, clock, write_plainly)
    book.note([DOWN], TERMS, {"mail": ()})
    clock.advance(120)
    book.note([], TERMS, {"mail": ()})
    clock.advance(91 * 86400)
    book.note([Cause(AlertKind.DISK, "data", "")], TERMS, {"mail": ()})
    with looking(engine) as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in ("alert", "alert_message")
        ]
    assert counts == [1, 1]


@pytest.mark.sqlite
def test_a_look_without_causes_and_alerts_writes_nothing(engine: Engine, clock: FakeClock) -> None:
    with looking(engine) as connection:
        before = connection.exec_driver_sql("PRAGMA data_version").scalar()
        LedgerAlerts(engine, clock, write_plainly).note([], TERMS, {"mail": ()})
        assert connection.exec_driver_sql("PRAGMA data_version").scalar() == before
