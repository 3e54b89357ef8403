"""The test suite keeps its own promises: loopback only, and libraries that call nobody when they are loaded."""

import os
import socket
import subprocess
import sys

import pytest

#: Loads what a serving node loads, and writes down every look-up and call, those of forked children too: a report
#: to an analytics service is sent from one. Run apart, because a library is loaded only once per process.
LOAD_LIBRARIES = """
import os, sys
watched = ("socket.getaddrinfo", "socket.connect", "socket.sendto")
sys.addaudithook(lambda event, arguments: os.write(1, repr((event, arguments)).encode()) if event in watched else None)
import arabic_reshaper, bidi, cv2, dbos, gdcm, highdicom, hl7apy.core, openvino, pydicom, pynetdicom, sqlalchemy
import reportlab.pdfgen.canvas, reportlab.pdfbase.ttfonts
"""


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", ""])
def test_a_test_cannot_listen_beyond_loopback(host: str) -> None:
    with socket.socket() as listener, pytest.raises(RuntimeError, match="loopback only"):
        listener.bind((host, 0))


def test_a_test_cannot_call_beyond_loopback() -> None:
    with socket.socket() as caller, pytest.raises(RuntimeError, match="loopback only"):
        caller.connect(("192.0.2.1", 104))


def test_a_test_cannot_look_up_foreign_names() -> None:
    with pytest.raises(RuntimeError, match="loopback only"):
        socket.getaddrinfo("pacs.example", 104)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_test_can_use_loopback(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection((host, listener.getsockname()[1]), timeout=5).close()


def test_loading_the_libraries_that_serve_calls_nobody() -> None:
    as_in_a_hospital = {name: value for name, value in os.environ.items() if name != "CI"}  # where telemetry rests
    command = [sys.executable, "-c", LOAD_LIBRARIES]  # its output ends when the last child's does
    loaded = subprocess.run(command, env=as_in_a_hospital, check=False, capture_output=True, text=True, timeout=120)
    assert (loaded.returncode, loaded.stdout) == (0, ""), loaded.stderr
