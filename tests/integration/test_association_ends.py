"""What stands in the log of this node when a caller's association ends without a release, or is refused."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.storage_node import StorageNode, wait_until
from tests.fuzz.wire import associate_request


@pytest.fixture
def node(tmp_path: Path) -> Iterator[StorageNode]:
    with StorageNode(tmp_path) as node:
        yield node


def codes(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    return [each.__dict__["code"] for each in caplog.records if each.__dict__.get("event") == event]


@pytest.mark.peer("dcmtk")
def test_echoscu_that_aborts_is_told_apart_from_one_that_this_node_aborts(
    node: StorageNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    node.run_dcmtk("echoscu", "--abort")
    wait_until(lambda: bool(codes(caplog, "receive.association_aborted")))
    assert codes(caplog, "receive.association_aborted") == ["abort 0"]
    assert "'MOD1' at 127.0.0.1 broke the association (A-ABORT by the service-user)" in caplog.text


def test_a_silent_association_that_this_node_ends_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with StorageNode(tmp_path, idle_seconds=0.3) as node, node.associate() as assoc:
        wait_until(lambda: assoc.is_aborted and bool(codes(caplog, "receive.association_aborted")))
    assert codes(caplog, "receive.association_aborted") == ["ABORTED-HERE"]
    assert "limits.idle_seconds" in caplog.text


def test_a_caller_that_is_gone_without_a_word_is_told(node: StorageNode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with socket.create_connection(("127.0.0.1", node.scp.port), timeout=10) as caller:
        caller.sendall(associate_request("MOD1"))
        assert caller.recv(1) == b"\x02"  # A-ASSOCIATE-AC
    wait_until(lambda: bool(codes(caplog, "receive.association_aborted")))
    assert codes(caplog, "receive.association_aborted") == ["CONNECTION-LOST"]


@pytest.mark.peer("dcmtk")
def test_a_refusal_says_what_the_sender_sees(node: StorageNode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    node.run_dcmtk("echoscu", calling="NOBODY")
    wait_until(lambda: bool(codes(caplog, "receive.association_refused")))
    assert codes(caplog, "receive.association_refused") == ["1/1/3"]
    told = "The sender was told 1/1/3: rejected-permanent, service-user, calling-AE-title-not-recognized"
    assert told in caplog.text
