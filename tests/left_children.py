"""The processes that this one has started and that still run, however they were started."""

import multiprocessing
import time
from collections.abc import Container
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker

import psutil

_PATIENCE_SECONDS = 20.0


def find_children() -> dict[int, str]:
    """Return the command of each child that runs, by its number; the tracker of shared memory stays for good.

    So does the template that processes are copied from (dicom_node/child_processes.py); its copies do not.

    A child of multiprocessing whose end nobody noticed is among them: to those who ask it lives.
    """
    tracker = getattr(resource_tracker._resource_tracker, "_pid", None)
    template = getattr(forkserver._forkserver, "_forkserver_pid", None)
    ours = {each.pid: each.name for each in multiprocessing.active_children() if each.pid is not None}
    others = [
        each for each in psutil.Process().children() if each.pid not in ours and each.pid not in (tracker, template)
    ]
    return ours | {each.pid: command for each in others if (command := _command(each))}


def wait_for_end(known: Container[int]) -> dict[int, str]:
    """Return the children, but for those that were known, that do not end in the time that a busy machine may take."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while left := {pid: command for pid, command in find_children().items() if pid not in known}:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return left


def _command(process: psutil.Process) -> str:
    """Return the words of a process, nothing of one that has ended and waits for its parent to notice."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())[:200]
    return ""
