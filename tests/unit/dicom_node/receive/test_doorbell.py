"""Waiting for a connection and for a ring."""

from socket import socket, socketpair
from threading import Event, Thread

from dicom_node.receive.doorbell import Doorbell
from dicom_node.tls.contexts import make_client_context, make_server_context
from tests.fakes.certificates import make_pki

LONG_SECONDS = 30.0
PKI = make_pki()


def test_a_ring_ends_one_wait_whenever_it_came() -> None:
    bell = Doorbell()
    bell.ring()
    bell.ring()
    assert bell.wait(None, LONG_SECONDS) is False
    assert bell.wait(None, 0.0) is False
    bell.close()


def test_another_thread_can_ring() -> None:
    bell = Doorbell()
    Thread(target=bell.ring).start()
    assert bell.wait(None, LONG_SECONDS) is False
    bell.close()


def test_bytes_and_the_end_of_a_connection_are_something_to_say() -> None:
    ours, theirs = socketpair()
    bell = Doorbell()
    assert bell.wait(ours, 0.0) is False
    theirs.send(b"x")
    assert bell.wait(ours, LONG_SECONDS) is True
    ours.recv(1)
    theirs.close()
    assert bell.wait(ours, LONG_SECONDS) is True
    ours.close()
    assert bell.wait(ours, 0.0) is False
    bell.close()


def test_the_rest_of_a_tls_record_is_something_to_say() -> None:
    ours, theirs = socketpair()
    bell, heard = Doorbell(), Event()
    caller = Thread(target=_send_by_tls, args=(theirs, b"ab", heard))
    caller.start()
    with make_server_context(PKI.listener()).wrap_socket(ours, server_side=True) as connection:
        assert bell.wait(connection, LONG_SECONDS) is True
        assert connection.recv_into(bytearray(1)) == 1
        assert bell.wait(connection, 0.0) is True
        heard.set()
        caller.join()
    bell.close()


def _send_by_tls(connection: socket, data: bytes, heard: Event) -> None:
    context = make_client_context(PKI.caller())
    with context.wrap_socket(connection, server_hostname="localhost") as caller:
        caller.sendall(data)
        heard.wait(LONG_SECONDS)  # the end of the connection would be something to say, too


def test_a_closed_bell_rings_nobody_else() -> None:
    bell = Doorbell()
    bell.close()
    bell.close()
    bell.ring()
