import logging

import pytest

from config.orders import Orders
from dicom_node.receive.orders.desk import OrderDesk
from domain.errors import LedgerFull
from domain.order import OrderState
from tests.fakes.clock import FakeClock
from tests.fakes.orders import OMI, ORM, FakeOrders, make_message


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def desk(orders: FakeOrders) -> OrderDesk:
    return OrderDesk(Orders(), orders, FakeClock())


def answer(desk: OrderDesk, content: bytes) -> dict[str, list[str]]:
    """Return the fields of an acknowledgement by segment."""
    lines = desk.answer(content).decode("ascii").split("\r")
    return {line[:3]: line.split("|") for line in lines if line}


@pytest.mark.parametrize("template", [ORM, OMI])
def test_an_order_is_kept_and_accepted(desk: OrderDesk, orders: FakeOrders, template: str) -> None:
    ack = answer(desk, make_message(template, control_id="M1"))
    assert ack["MSA"][1:3] == ["AA", "M1"]
    assert "ERR" not in ack
    assert [order.placer.entity for order in orders.orders.values() if order.placer] == ["PL-1"]


def test_the_acknowledgement_goes_back_in_the_version_that_was_spoken(desk: OrderDesk) -> None:
    msh = answer(desk, make_message(ORM))["MSH"]
    assert msh[2:6] == ["OSTEONODE", "RADIOLOGY", "RIS", "HOSPITAL"]
    assert (msh[8], msh[10], msh[11]) == ("ACK^O01", "P", "2.3.1")


def test_a_message_that_comes_twice_is_accepted_twice_and_has_one_effect(desk: OrderDesk, orders: FakeOrders) -> None:
    first, cancel = make_message(control_id="M1"), make_message(control="CA", control_id="M2")
    codes = [answer(desk, content)["MSA"][1] for content in (first, cancel, first)]
    assert codes == ["AA", "AA", "AA"]
    assert {order.state for order in orders.orders.values()} == {OrderState.CANCELLED}


def test_a_control_id_that_is_used_again_for_another_order_is_another_message(
    desk: OrderDesk, orders: FakeOrders
) -> None:
    answer(desk, make_message())
    answer(desk, make_message().replace(b"PL-1", b"PL-2"))
    assert len(orders.orders) == 2


@pytest.mark.parametrize(
    ("content", "code", "place", "error"),
    [
        (make_message().replace(b"ORM^O01", b"ADT^A04"), "AR", "MSH^1^9", "200"),
        (make_message(OMI).replace(b"|2.5.1", b"|3.0"), "AR", "MSH^1^12", "203"),
        (make_message(OMI).replace(b"|P|2.5.1", b"|T|2.5.1"), "AR", "MSH^1^11", "202"),
        (make_message(OMI, control_id=""), "AR", "MSH^1^10", "101"),
        (make_message(OMI).replace(b"PL-1", b"M\xfcller"), "AR", "MSH^1^18", "102"),
        (make_message(OMI, "??"), "AE", "ORC^1^1", "103"),
        (make_message(OMI).replace(b"PL-1^RIS^1.2.3^ISO", b"").replace(b"ACC-0815^NORTH", b""), "AE", "ORC^1^2", "101"),
        (b"hello", "AR", "MSH^1", "102"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_with_its_place(
    desk: OrderDesk, orders: FakeOrders, content: bytes, code: str, place: str, error: str
) -> None:
    ack = answer(desk, content)
    assert ack["MSA"][1] == code
    assert len(ack["MSA"][3]) > 10
    if content.startswith(b"MSH") and b"2.3.1" in content:
        assert ack["ERR"][1].split("^")[3].split("&")[0] == error
    else:
        assert (ack["ERR"][2], ack["ERR"][3].split("^")[0], ack["ERR"][4]) == (place, error, "E")
    assert orders.orders == {}


@pytest.mark.parametrize("failure", [LedgerFull("no room"), RuntimeError("PID-4711 Doe")])
def test_what_is_not_durable_is_not_accepted_and_comes_again(
    desk: OrderDesk, orders: FakeOrders, failure: Exception
) -> None:
    orders.failure = failure
    ack = answer(desk, make_message(OMI))
    assert (ack["MSA"][1], ack["ERR"][3].split("^")[0]) == ("AE", "207")
    assert "send the message again" in ack["ERR"][8]
    orders.failure = None
    assert answer(desk, make_message(OMI))["MSA"][1] == "AA"


def test_nothing_of_a_patient_is_logged(desk: OrderDesk, orders: FakeOrders, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for content in (make_message(), make_message(control="??"), make_message().replace(b"ORM", b"ZZZ")):
        desk.answer(content)
    orders.failure = RuntimeError("PID-4711 Doe")
    desk.answer(make_message(control_id="M9"))
    assert not any(word in caplog.text for word in ("Doe", "4711", "1980", "999", "House"))
