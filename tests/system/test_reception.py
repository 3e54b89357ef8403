"""Images arrive in a process of their own: it can die, and is replaced; nothing that it acknowledged is lost."""

import errno
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from pydicom.uid import ComputedRadiographyImageStorage
from pynetdicom import AE
from pynetdicom.association import Association

from dicom_node.receive.association_marks import is_process_alive
from dicom_node.receive.open_associations import FOLDER
from dicom_node.reception import process, processes
from dicom_node.reception.process import ReceptionProcess
from dicom_node.reception.processes import Reception
from dicom_node.service import Service
from domain.errors import ConfigError
from tests.fakes.children import prepare
from tests.fakes.hospital import MODALITY, draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Service]:
    settings = make_settings(tmp_path / "data", quiet_seconds=600.0)
    with Service(settings, reader_factory=light(), prepare_reception=prepare) as node:
        yield node


def reception_of(node: Service) -> Reception:
    assert isinstance(node._scp, Reception)
    return node._scp


@contextmanager
def associate(port: int) -> Iterator[Association]:
    ae = AE(ae_title=MODALITY)
    ae.add_requested_context(ComputedRadiographyImageStorage)
    association = ae.associate("127.0.0.1", port, ae_title="OSTEONODE", bind_address=("127.0.0.1", 0))
    yield association
    if association.is_established:
        association.abort()


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def send_on(folder: Path, port: int, acknowledged: set[str], enough: threading.Event) -> None:
    """Send new images, whatever becomes of the listener, and note whose response says that they are safe."""
    for number in count(1):
        for path in write_study(folder, draw_study(number)):
            with suppress(OSError, ValueError):
                acknowledged.update(sent.stem for sent, status in send([path], port).items() if status == 0)
        if enough.wait(0.02):
            return


def test_a_reception_that_finds_no_process_to_spare_is_replaced_later(
    node: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception, load = reception_of(node), ReceptionProcess._load
    failures = [OSError(errno.EAGAIN, "Resource temporarily unavailable")] * 2

    def load_at_last(self: ReceptionProcess) -> None:
        if failures:
            raise failures.pop()
        load(self)

    monkeypatch.setattr(ReceptionProcess, "_load", load_at_last)
    kill(reception.pids)
    (path, *_) = write_study(tmp_path / "in", draw_study(1))
    wait_until(lambda: send([path], node.port) == {path: 0})
    assert not failures


def test_a_reception_that_is_killed_is_replaced_and_what_it_acknowledged_is_known(
    node: Service, tmp_path: Path
) -> None:
    acknowledged: set[str] = set()
    enough, reception, port = threading.Event(), reception_of(node), node.port
    sender = threading.Thread(target=send_on, args=(tmp_path / "in", port, acknowledged, enough))
    sender.start()
    wait_until(lambda: len(acknowledged) >= 4)
    killed, before = reception.pids, len(acknowledged)
    assert os.getpid() not in killed
    kill(killed)
    wait_until(lambda: len(acknowledged) > before + 4)
    enough.set()
    sender.join()
    assert not set(reception.pids) & set(killed)
    assert node.port == port
    with node.view._engine.connect() as connection:
        known = {row[0] for row in connection.exec_driver_sql("SELECT sop_instance_uid FROM instance")}
    assert acknowledged <= known
    assert not list((tmp_path / "data" / "incoming").glob("*.part"))


def test_a_process_that_hangs_is_ended_and_replaced(node: Service, tmp_path: Path) -> None:
    hanging = reception_of(node).pids
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(process, "_MOST_SILENT_LOOKS", 2)
        for pid in hanging:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: not any(map(is_process_alive, hanging)))
    (path, *_) = write_study(tmp_path / "in", draw_study(1))
    wait_until(lambda: send([path], node.port) == {path: 0})


def test_connections_wait_at_the_port_while_nobody_receives(node: Service) -> None:
    killed = reception_of(node).pids
    kill(killed)
    wait_until(lambda: not any(map(is_process_alive, killed)))
    with associate(node.port) as association:
        assert association.is_established


def test_a_limit_holds_for_all_processes_together(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "data", limits={"associations": 6, "receiving_processes": 3})
    with Service(settings, reader_factory=light(), prepare_reception=prepare) as node, ExitStack() as stack:
        open_now = [stack.enter_context(associate(node.port)) for _ in range(8)]
        assert [each.is_established for each in open_now] == [True] * 6 + [False] * 2
        assert len({name.partition("-")[0] for name in os.listdir(tmp_path / "data" / FOLDER)}) > 1
        open_now[0].release()
        # In its own process it counts until its thread has ended, a moment later.
        wait_until(lambda: stack.enter_context(associate(node.port)).is_established)


def test_associations_of_a_process_that_died_count_no_more(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "data", limits={"associations": 2})
    with Service(settings, reader_factory=light(), prepare_reception=prepare) as node, ExitStack() as stack:
        assert all(stack.enter_context(associate(node.port)).is_established for _ in range(2))
        kill(reception_of(node).pids)
        assert all(stack.enter_context(associate(node.port)).is_established for _ in range(2))


def test_a_node_that_stops_takes_its_reception_along(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "data", port=free_port())
    node = Service(settings, reader_factory=light(), prepare_reception=prepare)
    node.start()
    pids, port = reception_of(node).pids, node.port
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    node.stop()
    assert not any(map(is_process_alive, pids))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_port_that_processes_of_a_killed_node_still_hold_is_waited_for(tmp_path: Path) -> None:
    held = socket.create_server(("127.0.0.1", 0))
    settings = make_settings(tmp_path / "data", port=held.getsockname()[1])
    threading.Timer(0.5, held.close).start()
    with Service(settings, reader_factory=light(), prepare_reception=prepare) as node:
        assert node.port == settings.node.port


def test_a_port_that_is_taken_is_told_as_if_the_node_listened_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_PATIENCE_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = make_settings(tmp_path / "data", port=other.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            Service(settings, reader_factory=light(), prepare_reception=prepare).start()


def test_a_certificate_that_cannot_be_used_is_told_as_if_the_node_listened_itself(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    files = dict.fromkeys(("certificate_file", "key_file", "authorities_file"), tmp_path / "bad.pem")
    settings = make_settings(tmp_path / "data", tls={"port": 0, **files})
    with pytest.raises(ConfigError, match=r"tls\."):
        Service(settings, reader_factory=light(), prepare_reception=prepare).start()
