import socket

import pytest

from dicom_node.web_listener import open_web_listener
from domain.errors import ConfigError

HERE = "127.0.0.1"


def test_what_a_connection_sends_in_pieces_waits_for_no_acknowledgement() -> None:
    with open_web_listener("http", HERE, 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _address = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_told_with_the_keys_to_change() -> None:
    with open_web_listener("http", HERE, 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"http\.port: cannot listen at {HERE}:{port}: .*; change http\.bind"):
            open_web_listener("http", HERE, port)
