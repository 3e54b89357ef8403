"""How the node starts processes of its own: afresh, or as copies of a template that has loaded what they need.

A fork of the node itself, with its threads and sockets, may deadlock. The template is a process that has neither and
waits to be forked (the fork server of `multiprocessing`): a copy begins in some milliseconds and shares what is loaded.
"""

import ctypes
import logging
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from threading import Lock
from types import MappingProxyType, ModuleType
from typing import Any, Final

#: What the template loads; see there. By name, because it loads what stands above this module.
_TEMPLATE: Final = "dicom_node.process_template"
#: Tells the template where its socket is. Whoever imports that module elsewhere loads nothing.
TEMPLATE_FOLDER: Final = "OSTEONODE_TEMPLATE_FOLDER"
#: prctl(2)
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
#: Held while a program is executed or the environment changes: one that is executed while another thread changes it may
#: find none, and ends with exit code 255 before its first line.
_executing, _hiding = Lock(), Lock()
_hidden: list[ModuleType] = []
#: What has a process that shares nothing log as this one does, pickled; nothing where nobody said how.
_log_as_here: list[bytes] = []
#: Of the template and its copies; None where there is none, or it could not load.
template_pid: int | None = None


def begin_template() -> None:
    """Let the template load, unless there is one; its first copy waits for that.

    Raises:
        OSError: there is no room for a process, or no folder for its socket.
    """
    with _executing:
        multiprocessing.set_forkserver_preload([_TEMPLATE])
        resource_tracker.ensure_running()  # a program, too, which the first copy would execute otherwise
        # Without the second, a folder in which the node is started could put modules of its own in place of ours.
        with added_to_environment({TEMPLATE_FOLDER: util.get_temp_dir(), "PYTHONSAFEPATH": "1"}):
            forkserver.ensure_running()


def start_copy(target: Callable[..., None], arguments: tuple[Any, ...], name: str) -> BaseProcess:
    """Start a process as a copy of the template; `target` must be importable by name.

    It ends with the template, at once: the node would hear nothing more of it, and takes it for dead.

    Raises:
        OSError: there is no room for a process.
    """
    begin_template()
    context: ForkServerContext = multiprocessing.get_context("forkserver")
    process = context.Process(target=_run_copy, args=(target, *arguments), name=name, daemon=True)
    try:
        with _without_main():
            process.start()
    except EOFError as error:
        raise OSError("the process that others are copied from ended") from error
    return process


def let_children_log(configure: Callable[[], None]) -> None:
    """Have processes that are started afresh from now on send their events where this one's go.

    Args:
        configure: called in such a process before its first event; importable by name.
    """
    _log_as_here[:] = [pickle.dumps(configure)]


def start_afresh(
    target: Callable[..., None],
    arguments: tuple[Any, ...],
    name: str,
    *,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> BaseProcess:
    """Start a process that shares nothing; `target` must be importable by name.

    Args:
        environment: variables that it has beside the node's own.

    Raises:
        OSError: there is no room for a process.
    """
    context: SpawnContext = multiprocessing.get_context("spawn")
    process = context.Process(target=_run_afresh, args=(_log_as_here, target, *arguments), name=name, daemon=True)
    with _executing, added_to_environment(environment), _without_main():
        process.start()
    return process


@contextmanager
def added_to_environment(added: Mapping[str, str]) -> Iterator[None]:
    """Let processes that are started meanwhile have these variables, too; for a process with one thread."""
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({} if value is None else {name: value})


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep children from importing the program that the node was started by: all commands, for nothing."""
    with _hiding:
        if not _hidden:
            _hidden.append(sys.modules["__main__"])
            sys.modules["__main__"] = ModuleType("__main__")
        else:
            _hidden.append(_hidden[0])
    try:
        yield
    finally:
        with _hiding:
            main = _hidden.pop()
            if not _hidden:
                sys.modules["__main__"] = main


def name_process(name: str) -> None:
    """Let ps(1) and top(1) call this process so; they show the first 15 characters."""
    _ask_kernel(_PR_SET_NAME, name.encode())


def _ask_kernel(option: int, value: int | bytes) -> None:
    with suppress(OSError, AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(option, value)


def _run_afresh(log_as_there: list[bytes], target: Callable[..., None], *arguments: Any) -> None:
    for configure in log_as_there:
        logging.getLogger().addHandler(_UntilConfigured(configure))
    target(*arguments)


class _UntilConfigured(logging.Handler):
    """Configures logging at the first event: few of these processes ever have one, and it takes 3 MiB."""

    def __init__(self, configure: bytes) -> None:
        super().__init__()
        self._configure = configure

    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger().removeHandler(self)
        pickle.loads(self._configure)()  # made by `let_children_log`, in the process that started this one
        logger = logging.getLogger(record.name)
        if logger.isEnabledFor(record.levelno):  # libraries are to say less from now on
            logger.handle(record)


def _run_copy(target: Callable[..., None], *arguments: Any) -> None:
    _ask_kernel(_PR_SET_PDEATHSIG, signal.SIGKILL)
    name_process(multiprocessing.current_process().name)
    if template_pid not in (None, os.getppid()):
        os._exit(1)  # the template ended before that was said
    target(*arguments)
