"""The audit trail reaches a repository over syslog: in TLS, when it was away, and never where it is not believed."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.audit import Audit
from dicom_node.deliver.syslog import SyslogSender
from dicom_node.tls.contexts import make_server_context
from domain.errors import PeerUnreachable
from tests.fakes.audit_repository import AuditRepository
from tests.fakes.certificates import make_pki
from tests.fakes.hospital import wait_until


@pytest.fixture
def repository() -> Iterator[AuditRepository]:
    with AuditRepository(make_server_context(make_pki().listener())) as repository:
        yield repository


def reach(port: int, transport: str = "tls", **tls: object) -> SyslogSender:
    table = {"tls": make_pki().caller(**tls)} if transport == "tls" else {}
    keys = {"repository": "127.0.0.1", "port": port, "transport": transport, "timeout_seconds": 5}
    return SyslogSender(Audit.model_validate(keys | table))


def send_until_refused(sender: SyslogSender, message: bytes) -> None:
    for _ in range(50):
        sender.send([message])


def test_messages_arrive_whole_over_tls_and_on_one_connection(repository: AuditRepository) -> None:
    sender = reach(repository.port)
    sent = [b"first", "zweite: \u00e4\n".encode(), b"x" * 100_000]
    sender.send(sent[:2])
    sender.send(sent[2:])
    wait_until(lambda: len(repository.messages) == 3)
    sender.close()
    assert repository.messages == sent


@pytest.mark.parametrize(("tls", "said"), [({"name": ""}, "certificate"), ({"name": "stranger"}, "certificate")])
def test_a_repository_that_does_not_believe_us_gets_nothing_and_is_told_as_down(
    repository: AuditRepository, tls: dict[str, str], said: str
) -> None:
    sender = reach(repository.port, **tls)
    with pytest.raises(PeerUnreachable, match=said):
        send_until_refused(sender, b"secret")  # in TLS 1.3 the refusal comes with or after the first message
    assert repository.messages == []


def test_a_repository_that_we_do_not_believe_gets_nothing() -> None:
    with AuditRepository(make_server_context(make_pki().listener("elsewhere"))) as impostor:
        with pytest.raises(PeerUnreachable, match="names another host"):
            reach(impostor.port).send([b"secret"])
        assert impostor.messages == []


def test_a_connection_that_the_repository_closed_is_made_anew(repository: AuditRepository) -> None:
    sender = reach(repository.port)
    sender.send([b"before"])
    wait_until(lambda: repository.messages)
    repository.hang_up()
    with pytest.raises(PeerUnreachable):
        send_until_refused(sender, b"between")
    sender.send([b"after"])
    wait_until(lambda: b"after" in repository.messages)
    sender.close()


def test_plain_tcp_has_the_same_frames() -> None:
    with AuditRepository() as repository:
        sender = reach(repository.port, "tcp")
        sender.send([b"one", b"two"])
        wait_until(lambda: repository.messages == [b"one", b"two"])
        sender.close()


def test_one_that_closes_at_once_has_taken_nothing() -> None:
    with AuditRepository(closes=True) as repository, pytest.raises(PeerUnreachable, match=r"closed|reset|[Bb]roken"):
        send_until_refused(reach(repository.port, "tcp"), b"one")


def test_a_datagram_is_a_message() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        sender = reach(listener.getsockname()[1], "udp")
        sender.send([b"one", b"two"])
        assert [listener.recv(100), listener.recv(100)] == [b"one", b"two"]
        sender.close()


def test_nobody_there_is_told_with_the_keys_to_check(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(PeerUnreachable, match=r"127.0.0.1:\d+: Connection refused; check audit.repository"):
        reach(port).send([b"one"])
