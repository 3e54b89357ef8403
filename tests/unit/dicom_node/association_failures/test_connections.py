import errno
import socket

import pytest

from dicom_node.association_failures import connections
from dicom_node.association_failures.connections import CONNECTION_CODES, code_of, explain_connection


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(), connections.REFUSED),
        (TimeoutError(), connections.TIMED_OUT),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), connections.NOT_RESOLVED),
        (UnicodeError("label empty or too long"), connections.NOT_RESOLVED),
        (OSError(errno.EHOSTUNREACH, "no route"), connections.NO_ROUTE),
        (ConnectionResetError(), connections.BROKEN),
        (OSError(errno.EACCES, "denied"), connections.FAILED),
    ],
)
def test_each_error_of_the_system_has_its_row(error: OSError, code: str) -> None:
    assert code_of(error) == code


@pytest.mark.parametrize("code", CONNECTION_CODES)
def test_each_row_names_the_peer_and_what_to_change_where(code: str) -> None:
    explanation = explain_connection(code, "PACS at 10.1.2.3:104", 5)
    assert "PACS at 10.1.2.3:104" in explanation.said
    assert explanation.change
    assert explanation.place
    assert "{" not in explanation.sentence
