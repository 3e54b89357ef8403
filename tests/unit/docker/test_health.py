"""The health check of the image: what it asks, and when it says no."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.docker.scripts import load_script

health: ModuleType = load_script("docker/health.py")
Write = Callable[[str], str]


class Answers(BaseHTTPRequestHandler):
    """Alive, and not ready."""

    def do_GET(self) -> None:
        self.send_response({"/health/live": 200, "/health/ready": 503}.get(self.path, 404))
        self.end_headers()
        self.wfile.write(f"asked {self.path}".encode())

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    path = tmp_path / "site.toml"

    def write_file(text: str) -> str:
        path.write_text(text)
        return str(path)

    return write_file


def test_a_node_that_lives_is_healthy(write: Write, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert health.main([write(f"metrics = {{enabled = true, port = {port}}}")]) == 0
    assert capsys.readouterr().out == "asked /health/live\n"


def test_a_node_that_is_not_ready_says_why(write: Write, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert health.main([write(f"metrics = {{enabled = true, bind = '0.0.0.0', port = {port}}}"), "ready"]) == 1
    assert capsys.readouterr().out == "no answer: 503: asked /health/ready\n"


def test_without_metrics_the_dicom_port_is_asked(write: Write) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert health.main([write(f"[node]\nport = {listener.getsockname()[1]}\nbind = '0.0.0.0'")]) == 0


def test_a_port_where_nobody_listens_is_ill(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert health.main([write(f"node = {{port = {port}}}")]) == 1
    assert "refused" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[node", None])
def test_a_configuration_that_cannot_be_read_is_ill(write: Write, text: str | None, tmp_path: Path) -> None:
    path = str(tmp_path / "missing") if text is None else write(text)
    assert health.main([path]) == 1


def test_it_imports_the_standard_library_alone() -> None:
    from tests.architecture.source_tree import PROJECT, all_imports, parse

    assert all_imports(parse(PROJECT / "docker" / "health.py")) == {
        "http.client", "pathlib", "pathlib.Path", "socket", "sys", "tomllib", "typing", "typing.Any",
    }  # fmt: skip
