"""What fuzzing found, each as small as it could be made."""

import threading
import time
from pathlib import Path

import pytest

from tests.fakes.storage_node import StorageNode, wait_until
from tests.fuzz.alarm import listen_for_faults
from tests.fuzz.associations import speak
from tests.fuzz.wire import ABORT, RELEASE, associate_request

pytestmark = pytest.mark.slow
#: A data fragment in presentation context 6, which no context can be.
EVEN_CONTEXT = b"\x04\0\0\0\0\x08\0\0\0\x04\x06\x03\0\0"


@pytest.mark.parametrize("haste", [RELEASE, RELEASE + ABORT, ABORT, b"\x04\0\0\0\0\0", EVEN_CONTEXT])
def test_a_peer_that_breaks_off_while_it_is_answered_holds_no_association(tmp_path: Path, haste: bytes) -> None:
    faults = listen_for_faults()
    with StorageNode(tmp_path, associations=5, idle_seconds=60.0) as node:
        began = time.monotonic()
        for _ in range(20):  # in about half of them the answer comes after the end
            speak(node.scp.port, associate_request() + haste)
        wait_until(lambda: node.scp._open.count_here() == 0, 30.0)
        assert time.monotonic() - began < 50, "they counted until they were idle for too long"
        with node.associate() as assoc:
            assert assoc.is_established
    assert not faults


@pytest.mark.parametrize("word", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x09\0\0\0\0\0", RELEASE, associate_request()[:60]])
def test_a_connection_that_asks_for_no_association_holds_no_thread(tmp_path: Path, word: bytes) -> None:
    with StorageNode(tmp_path, associations=5, idle_seconds=60.0) as node:
        threads = threading.active_count()
        for _ in range(30):  # more than the connections that may be open without an association
            speak(node.scp.port, word)
        wait_until(lambda: threading.active_count() <= threads, 30.0)
        with node.associate() as assoc:
            assert assoc.is_established
