from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.sent_readings import SentReadingBook
from dicom_node.ports import ReadImage
from dicom_node.reading_ports import SentReadings
from domain.finding import ImageReading, Labelled, ReadingStatus
from inference.reasons import REASONS
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import MODEL_SET, make_reading


@pytest.fixture
def book(engine: Engine) -> SentReadingBook:
    return SentReadingBook(engine)


def keep(
    ledger: Ledger, number: int, *, sender: str = "ROOM1", region: str = "hand", receiver: str = "OSTEONODE"
) -> None:
    image = replace(arrive("1", str(number)), calling_ae_title=sender, called_ae_title=receiver)
    ledger.record_instance(image)
    reading = replace(make_reading(image.sop_instance_uid, "1.2"), region=Labelled(region, 0.9))
    ledger.keep_reading(image.sha256, ReadImage(reading))


def refuse(ledger: Ledger, number: int, reason: str) -> None:
    image = arrive("1", str(number))
    ledger.record_instance(image)
    unread = ImageReading(image.sop_instance_uid, "1.2", ReadingStatus.NOT_ANALYSED, MODEL_SET, reason=REASONS[reason])
    ledger.keep_reading(image.sha256, ReadImage(unread))


def test_what_was_said_stands_by_sender_and_region(ledger: Ledger, book: SentReadingBook) -> None:
    keep(ledger, 1)
    keep(ledger, 2)
    keep(ledger, 3, region="leg")
    keep(ledger, 4, sender="ROOM2")
    found = book.by_sender_and_region(MODEL_SET, BEGIN)
    assert [(each.calling_ae_title, each.region, each.images) for each in found] == [
        ("ROOM1", "hand", 2),
        ("ROOM1", "leg", 1),
        ("ROOM2", "hand", 1),
    ]
    assert found[0] == SentReadings("ROOM1", "hand", [0.9, 0.9], {"present": 2}, {}, "OSTEONODE")


def test_images_that_came_to_another_own_title_stand_by_themselves(ledger: Ledger, book: SentReadingBook) -> None:
    keep(ledger, 1)
    keep(ledger, 2, receiver="TRIAL")
    found = book.by_sender_and_region(MODEL_SET, BEGIN)
    assert [(each.called_ae_title, each.images) for each in found] == [("OSTEONODE", 1), ("TRIAL", 1)]


def test_what_was_not_analysed_is_counted_by_its_reason(ledger: Ledger, book: SentReadingBook) -> None:
    refuse(ledger, 1, "colour-picture")
    refuse(ledger, 2, "colour-picture")
    (found,) = book.by_sender_and_region(MODEL_SET, BEGIN)
    assert found == SentReadings("MODALITY", "", [], {}, {"colour-picture": 2}, "OSTEONODE")
    assert found.images == 2


def test_what_is_older_and_what_other_models_said_is_left_out(
    ledger: Ledger, book: SentReadingBook, clock: FakeClock
) -> None:
    keep(ledger, 1)
    assert not book.by_sender_and_region(MODEL_SET, clock.now() + timedelta(seconds=1))
    assert not book.by_sender_and_region("0" * 64, BEGIN)


def test_only_the_latest_images_are_looked_at(ledger: Ledger, book: SentReadingBook, clock: FakeClock) -> None:
    keep(ledger, 1, region="leg")
    clock.advance(60)
    keep(ledger, 2)
    assert [each.region for each in book.by_sender_and_region(MODEL_SET, BEGIN, limit=1)] == ["hand"]


@pytest.mark.sqlite
def test_the_latest_are_found_by_an_index_and_no_table_is_read_whole(engine: Engine, book: SentReadingBook) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    book.by_sender_and_region(MODEL_SET, BEGIN)
    statement, values = next(each for each in asked if "probability" in each[0])
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert any("reading_by_end" in step for step in plan)
    assert not any(step.startswith(("SCAN reading", "SCAN instance")) for step in plan), plan
