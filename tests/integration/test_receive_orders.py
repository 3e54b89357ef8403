"""Orders and final reports over the wire: from python-hl7's client, and from senders that behave badly."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import hl7
import pytest
from hl7.client import MLLPClient

from config.final_reports import FinalReports
from config.orders import Orders
from dicom_node.receive.orders.desk import OrderDesk
from dicom_node.receive.orders.mllp_listener import MllpListener
from dicom_node.receive.reports.taking import ReportTaking
from dicom_node.tls.contexts import make_client_context, make_server_context
from domain.final_report import ReportStatus
from tests.fakes.certificates import make_pki
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import FakeReports, make_oru
from tests.fakes.hospital import wait_until
from tests.fakes.orders import OMI, ORM, FakeOrders, make_message

LOOPBACK = "127.0.0.1"


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def listener(orders: FakeOrders) -> Iterator[MllpListener]:
    with_settings = Orders(port=0, message_kib=8, idle_seconds=0.5, connections=2)
    listener = MllpListener(with_settings, OrderDesk(with_settings, orders, FakeClock()).answer, None)
    listener.start()
    yield listener
    listener.stop()


def connect(listener: MllpListener) -> socket.socket:
    return socket.create_connection((LOOPBACK, listener.port), 10)


def receive(connection: socket.socket, messages: int) -> list[bytes]:
    """Return acknowledgements until so many have come."""
    received = b""
    while received.count(b"\x1c\r") < messages:
        piece = connection.recv(4096)
        assert piece, "the node closed the connection before it had answered"
        received += piece
    return received.split(b"\x1c\r")[:-1]


def test_python_hl7_is_answered_message_after_message_on_one_connection(
    listener: MllpListener, orders: FakeOrders
) -> None:
    with MLLPClient(LOOPBACK, listener.port) as client:
        for number, template in enumerate((ORM, OMI), 1):
            ack = hl7.parse(client.send_message(make_message(template, control_id=f"M{number}")).strip(b"\x0b\x1c\r"))
            assert (str(ack.segment("MSA")[1]), str(ack.segment("MSA")[2])) == ("AA", f"M{number}")
    assert len(orders.orders) == 2


def test_messages_that_come_in_one_piece_or_in_many_are_each_answered(listener: MllpListener) -> None:
    framed = b"".join(b"\x0b" + make_message(control_id=f"M{number}") + b"\x1c\r\n" for number in range(3))
    with connect(listener) as connection:
        connection.sendall(framed)
        answers = receive(connection, 3)
        for start in range(0, len(framed), 37):
            connection.sendall(framed[start : start + 37])
        answers += receive(connection, 3)
    assert [answer.count(b"MSA|AA|M") for answer in answers] == [1] * 6


def test_a_sender_that_is_silent_or_sends_without_end_is_cut_off(
    listener: MllpListener, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(listener) as endless, connect(listener) as silent:
        endless.sendall(b"\x0b" + b"A" * 9000)
        assert endless.recv(10) == b""
        assert silent.recv(10) == b""
    assert "no end of frame" in caplog.text
    assert "silent" in caplog.text


def test_no_more_connections_are_served_than_configured(listener: MllpListener) -> None:
    with connect(listener) as first, connect(listener) as second:
        for connection in (first, second):
            connection.sendall(b"\x0bhello\x1c\r")
            receive(connection, 1)
        with connect(listener) as third:
            assert third.recv(10) == b""


def test_an_address_that_is_not_allowed_is_not_heard(orders: FakeOrders, caplog: pytest.LogCaptureFixture) -> None:
    settings = Orders(port=0, addresses=("10.0.0.0/8",))
    listener = MllpListener(settings, OrderDesk(settings, orders, FakeClock()).answer, None)
    listener.start()
    with connect(listener) as connection:
        assert connection.recv(10) == b""
    wait_until(lambda: "orders.addresses" in caplog.text)
    listener.stop()


def test_orders_over_tls_are_taken_and_plain_ones_are_not(orders: FakeOrders) -> None:
    pki, settings = make_pki(), Orders(port=0, tls=True)
    context = make_server_context(pki.listener())
    listener = MllpListener(settings, OrderDesk(settings, orders, FakeClock()).answer, context)
    listener.start()
    framed = b"\x0b" + make_message() + b"\x1c\r"
    caller = make_client_context(pki.caller())
    with connect(listener) as plain, caller.wrap_socket(plain, server_hostname="localhost") as connection:
        connection.sendall(framed)
        assert b"MSA|AA|M1" in receive(connection, 1)[0]
    with connect(listener) as plain:
        plain.sendall(framed)
        with suppress(ConnectionResetError):  # closed with what it sent unread
            assert b"MSA" not in plain.recv(100)
    listener.stop()
    assert len(orders.orders) == 1


def test_stopping_closes_what_is_open(listener: MllpListener) -> None:
    with connect(listener) as connection:
        connection.sendall(b"\x0bhello\x1c\r")
        receive(connection, 1)
        listener.stop()
        assert connection.recv(10) == b""


def test_python_hl7_sends_final_reports_beside_orders(orders: FakeOrders) -> None:
    settings, reports = Orders(port=0), FakeReports()
    taking = ReportTaking(FinalReports(), (), "OSTEONODE", reports)
    listener = MllpListener(settings, OrderDesk(settings, orders, FakeClock(), taking).answer, None)
    listener.start()
    with MLLPClient(LOOPBACK, listener.port) as client:
        for content in (make_message(), make_oru(), make_oru(), make_oru(status="C", control_id="R2")):
            ack = hl7.parse(client.send_message(content).strip(b"\x0b\x1c\r"))
            assert str(ack.segment("MSA")[1]) == "AA"
    listener.stop()
    assert len(orders.orders) == 1
    assert [each.status for each in reports.reports.values()] == [ReportStatus.CORRECTED]
