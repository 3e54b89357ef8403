"""The console's process: it can die, or find no port, and the node goes on; over HTTPS it asks for no certificate."""

import multiprocessing
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from config.settings import Console, Node, Settings
from dicom_node.console_process.process import ConsoleProcess
from dicom_node.ledger.database import create_tables, database_url, open_engine
from tests.fakes.certificates import make_pki
from tests.fakes.children import prepare
from tests.fakes.hospital import wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture
def stops() -> Iterator[ExitStack]:
    with ExitStack() as stops:
        yield stops


def open_process(data: Path, stops: ExitStack, **keys: object) -> ConsoleProcess:
    engine = open_engine(database_url(data))
    create_tables(engine)
    engine.dispose()
    tls = make_pki().listener("server") if keys.get("tls") else None
    console = Console.model_validate({"enabled": True, "port": 0, **keys})
    process = ConsoleProcess(Settings(node=Node(data=data), console=console, tls=tls), prepare)
    stops.callback(process.stop)
    return process


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}about").status_code == 200
    except httpx.TransportError:
        return False


def test_one_that_is_killed_is_replaced_at_the_same_address(tmp_path: Path, stops: ExitStack) -> None:
    process = open_process(tmp_path, stops)
    process.start()
    url, pid = process.url, process.pid
    assert answers(url)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: process.pid != pid and answers(url), 90)
    process.stop()
    assert not answers(url)
    assert "osteo-console" not in [child.name for child in multiprocessing.active_children()]


def test_a_port_that_is_taken_keeps_nobody_from_starting_and_the_console_comes_when_it_is_free(
    tmp_path: Path, stops: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        process = open_process(tmp_path, stops, port=other.getsockname()[1])
        process.start()
        assert process.url == ""
        assert "console.port: cannot listen" in caplog.text
    wait_until(lambda: bool(process.url) and answers(process.url), 90)


def test_a_page_is_told_of_changes_where_a_proxy_keeps_no_connection_and_a_stop_waits_for_no_page(
    tmp_path: Path, stops: ExitStack
) -> None:
    process = open_process(tmp_path, stops)
    process.start()
    with httpx.stream("GET", f"{process.url}live?topic=today", headers={"Connection": "close"}, timeout=60) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: hello"
        assert next(lines) == 'data: {"quarantine": 0, "dead_letters": 0}'
        process.stop()
        assert [line for line in lines if line] == []  # it has come to its end, and was not cut off


def test_over_https_a_browser_needs_no_certificate_and_cookies_are_kept_to_it(tmp_path: Path, stops: ExitStack) -> None:
    process = open_process(tmp_path, stops, tls=True)
    process.start()
    context = ssl.create_default_context(cafile=str(make_pki().path("ca.pem")))
    answer = httpx.get(f"{process.url}about", verify=context)
    assert answer.status_code == 200
    assert answer.headers["Set-Cookie"].startswith("__Host-")
    assert "Strict-Transport-Security" in answer.headers
