"""Processes of the node are copies of a template: it holds nothing that a fork breaks, and its end is theirs."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from multiprocessing import Pipe, forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest

from dicom_node.child_processes import TEMPLATE_FOLDER, begin_template, start_afresh, start_copy
from dicom_node.log_events import UID_NAMES
from dicom_node.receive.association_marks import is_process_alive
from tests.fakes.children import tell, tell_variable, wait_for_ever
from tests.fakes.hospital import wait_until
from tests.system.command_line import environment

pytestmark = [pytest.mark.system, pytest.mark.slow]

#: Prints the pid of the template, that of a copy, and where the template's socket is; then waits to be killed.
NODE = """
from multiprocessing import Pipe, util
from dicom_node.child_processes import start_copy
from tests.fakes.children import tell, wait_for_ever
ours, theirs = Pipe()
start_copy(tell, (theirs,), "told")
copy = start_copy(wait_for_ever, (), "copy")
told = ours.recv()
assert "dicom_node.reception.child" in told["modules"]
print(told["parent"], copy.pid, util.get_temp_dir(), flush=True)
wait_for_ever()
"""

#: Has a process that is started afresh log twice, and a library once.
LOGGING_NODE = """
from functools import partial
from config.console import Console
from dicom_node.child_processes import let_children_log, start_afresh
from dicom_node.cli.logs import configure_logging
from tests.fakes.children import log_what_happens
let_children_log(partial(configure_logging, Console(log_format="json")))
process = start_afresh(log_what_happens, ("1.2.276.0.7230010.3.1.4.99",), "logs")
process.join()
"""


def ask(start: Callable[..., BaseProcess]) -> dict[str, Any]:
    ours, theirs = Pipe()
    with ours, theirs:
        process = start(tell, (theirs,), "told")
        answer: dict[str, Any] = ours.recv()
        process.join()
    assert process.exitcode == 0
    return answer


def test_a_copy_has_what_receives_loaded_and_not_the_program_of_its_node() -> None:
    told = ask(start_copy)
    assert {"dicom_node.reception.child", "pynetdicom"} <= told["modules"]
    assert "pytest" not in told["modules"]
    assert told["parent"] != os.getpid()
    assert (told["name"], psutil.Process(told["parent"]).name()) == ("told", "osteo-template")


def test_one_that_is_started_afresh_has_loaded_no_more_than_it_asks_for() -> None:
    program = sys.modules["__main__"]
    told = ask(start_afresh)
    assert told["parent"] == os.getpid()
    assert not {"pytest", "typer"} & told["modules"]
    assert sys.modules["__main__"] is program


def test_one_that_is_started_afresh_has_the_environment_that_it_is_given_and_the_node_has_it_not() -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        process = start_afresh(tell_variable, (theirs, "OSTEONODE_TRY"), "told", environment={"OSTEONODE_TRY": "1"})
        assert ours.recv() == "1"
        process.join()
    assert "OSTEONODE_TRY" not in os.environ


def test_no_program_is_executed_while_the_environment_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    begins, may_go = Event(), Event()

    class Slow:
        def Process(self, **_: Any) -> "Slow":  # noqa: N802
            return self

        def start(self) -> None:
            begins.set()
            may_go.wait(20)
            seen.append(TEMPLATE_FOLDER in os.environ)

    ask(start_copy)
    monkeypatch.setattr(multiprocessing, "get_context", lambda _method: Slow())
    monkeypatch.setattr(forkserver, "ensure_running", lambda: seen.append(TEMPLATE_FOLDER in os.environ))
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(start_afresh, print, (), "slow")
        assert begins.wait(20)
        other = threads.submit(begin_template)
        assert not wait([other], 0.2).done
        may_go.set()
        one.result(20)
        other.result(20)
    assert seen == [False, True]


def test_a_template_has_one_thread_and_only_the_socket_at_which_it_is_asked() -> None:
    template = psutil.Process(ask(start_copy)["parent"])
    assert template.num_threads() == 1
    assert [each.laddr for each in template.net_connections("unix")] != []
    assert template.net_connections("inet") == []
    assert [file.path for file in template.open_files() if "sqlite" in file.path] == []


def test_a_template_ends_by_no_signal_to_all_of_a_node_and_its_copies_end_with_it() -> None:
    template = ask(start_copy)["parent"]
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(template, number)
    assert ask(start_copy)["parent"] == template
    copy = start_copy(wait_for_ever, (), "copy")
    pid = copy.pid
    os.kill(template, signal.SIGKILL)
    wait_until(lambda: not is_process_alive(pid))
    assert not copy.is_alive()
    assert "dicom_node.reception.child" in ask(start_copy)["modules"]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run NODE in a folder that has a package by the name of ours."""
    program, shadow = tmp_path / "node.py", tmp_path / "shadow" / "dicom_node" / "__init__.py"
    program.write_text(NODE)
    shadow.parent.mkdir(parents=True)
    shadow.write_text("raise RuntimeError('this folder is where the node was started, and nothing more')")
    command, folder = [sys.executable, str(program)], tmp_path / "shadow"
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True) as node:
        yield node


def test_a_node_that_is_killed_leaves_no_template_no_copy_and_no_socket(node: subprocess.Popen[str]) -> None:
    with node:
        assert node.stdout is not None
        template, copy, folder = node.stdout.readline().split()
        assert is_process_alive(int(template))
        assert list(Path(folder).iterdir()) != []
        node.kill()
        wait_until(lambda: not any(map(is_process_alive, (int(template), int(copy)))))
    wait_until(lambda: not Path(folder).exists())


def test_one_that_is_started_afresh_logs_as_the_node_does() -> None:
    command = [sys.executable, "-c", LOGGING_NODE]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True, timeout=60)
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("WARNING", "dicom_node.try"),
        ("ERROR", "dicom_node.try"),
    ]
    assert "1.2.276" not in ended.stderr
    assert UID_NAMES in lines[0]["message"]
