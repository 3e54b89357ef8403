"""What may be relied on of orders that are kept, of the real book and of its fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.knowledge_ports import OrderMessage
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.orders import OrderBook
from domain.order import (
    Authority,
    EntityIdentifier,
    ImagingOrder,
    OrderChange,
    OrderState,
    PatientIdentifier,
    digest_patient_id,
)
from tests.fakes.clock import FakeClock
from tests.fakes.orders import FakeOrders

ORDER = ImagingOrder(
    placer=EntityIdentifier("PL-1", "RIS"),
    accession_number="ACC-0815",
    study_instance_uid="1.1",
    patient=(PatientIdentifier(digest_patient_id("P1"), Authority("NORTH")),),
    providers=(("5678", "Cuddy"),),
    procedure=("XRWRI2", "XR wrist", "L"),
)
NEW = OrderChange(ORDER, OrderState.ORDERED)


def message(number: int, content: str = "") -> OrderMessage:
    return OrderMessage(f"m{number}", content or f"c{number}")


@pytest.fixture(params=["book", "fake"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OrderBook | FakeOrders]:
    if request.param == "fake":
        yield FakeOrders()
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield OrderBook(engine, FakeClock())
    engine.dispose()


def test_an_order_is_found_by_study_and_by_accession_number(book: OrderBook | FakeOrders) -> None:
    assert book.keep_orders(message(1), [NEW])
    for study, accession in (("1.1", ""), ("", "ACC-0815"), ("1.2", "ACC-0815"), ("1.1", "OTHER")):
        assert list(book.find_orders(study, accession)) == [ORDER]
    assert list(book.find_orders("1.2", "OTHER")) == []
    assert list(book.find_orders("", "")) == []


def test_a_message_has_one_effect_however_often_it_comes(book: OrderBook | FakeOrders) -> None:
    book.keep_orders(message(1), [NEW])
    book.keep_orders(message(2), [OrderChange(ORDER, OrderState.CANCELLED)])
    assert not book.keep_orders(message(1), [NEW])
    assert [order.state for order in book.find_orders("1.1", "")] == [OrderState.CANCELLED]


def test_a_change_says_only_what_it_says(book: OrderBook | FakeOrders) -> None:
    book.keep_orders(message(1), [NEW])
    changed = ImagingOrder(placer=ORDER.placer, filler=EntityIdentifier("F1"), procedure=("XRHAN2", "", ""))
    book.keep_orders(message(2), [OrderChange(changed)])
    expected = replace(ORDER, filler=EntityIdentifier("F1"), procedure=("XRHAN2", "", ""))
    assert list(book.find_orders("1.1", "")) == [expected]


def test_the_first_that_is_heard_of_an_order_may_be_that_it_is_cancelled(book: OrderBook | FakeOrders) -> None:
    book.keep_orders(message(1), [OrderChange(ORDER, OrderState.CANCELLED)])
    assert [order.state for order in book.find_orders("1.1", "")] == [OrderState.CANCELLED]


def test_a_control_id_is_used_again_by_systems_that_count_anew(book: OrderBook | FakeOrders) -> None:
    book.keep_orders(message(1), [NEW])
    assert book.keep_orders(message(1, "another"), [OrderChange(ORDER, OrderState.DISCONTINUED)])


def test_old_orders_are_forgotten(tmp_path: Path) -> None:
    engine, clock = open_engine(database_url(tmp_path)), FakeClock()
    create_tables(engine)
    book = OrderBook(engine, clock)
    book.keep_orders(message(1), [NEW])
    assert book.forget_orders(clock.now()) == 0
    assert book.forget_orders(clock.now() + timedelta(seconds=1)) == 1
    assert list(book.find_orders("1.1", "ACC-0815")) == []
    assert book.keep_orders(message(1), [NEW])
    engine.dispose()
