"""Associations that are refused, thousands of them: they leave no memory, no file handle and no thread behind.

As many as a person likes: pytest tests/system/test_rejected_associations.py -s --associations 10000
"""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.fakes.hospital import MODALITY, make_settings, wait_until
from tests.fuzz.associations import speak
from tests.fuzz.wire import RELEASE, associate_request
from tests.system.node_lives import POOLED, NodeLives

pytestmark = [pytest.mark.slow, pytest.mark.system, pytest.mark.timeout(3600)]

WARM_UP = 300
MOST_GROWTH = 1.05
#: Connections to the ledger come and go between its pool and the disk.
MOST_FILES_MORE = 10
#: Who nobody knows, who calls somebody else, who speaks no DICOM, who leaves in the middle of a word.
REFUSED = (
    associate_request("NOBODY"),
    associate_request(MODALITY, "SOMEBODY"),
    b"GET / HTTP/1.1\r\n\r\n",
    associate_request(MODALITY)[:60],
    associate_request(MODALITY) + b"\x04\0\0\0\0\x06\0\0\0\x09\x01\x03" + RELEASE,
)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeLives]:
    with NodeLives(make_settings(tmp_path / "data"), tmp_path, reader=POOLED) as node:
        node.begin()
        yield node
        node.stop()


def refuse(port: int, associations: int) -> None:
    for number in range(associations):
        speak(port, REFUSED[number % len(REFUSED)])
    gc.collect()


def count_threads(processes: list[psutil.Process]) -> int:
    return sum(each.num_threads() for each in processes)


def count_resting_threads(processes: list[psutil.Process]) -> int:
    """Return how many threads there are once none has come or gone for two seconds: some begin after readiness."""
    count, since = count_threads(processes), time.monotonic()
    while time.monotonic() - since < 2:
        time.sleep(0.1)
        if count_threads(processes) != count:
            count, since = count_threads(processes), time.monotonic()
    return count


def sizes(processes: list[psutil.Process]) -> list[tuple[int, int, int]]:
    """Return resident memory, open files and threads of each."""
    return [(each.memory_info().rss, each.num_fds(), each.num_threads()) for each in processes]


def test_what_was_refused_leaves_nothing_behind(node: NodeLives, request: pytest.FixtureRequest) -> None:
    port, associations = node.await_ready(), request.config.getoption("--associations")
    processes = node.processes()
    resting = count_resting_threads(processes)
    refuse(port, WARM_UP)
    wait_until(lambda: count_threads(processes) <= resting)
    before = sizes(processes)
    refuse(port, associations)
    wait_until(lambda: count_threads(processes) <= resting)
    after = sizes(processes)
    for process, (rss, files, threads), (rss_after, files_after, threads_after) in zip(
        processes, before, after, strict=True
    ):
        growth = rss_after / rss
        print(
            f"\nprocess {process.pid}: {rss >> 20} -> {rss_after >> 20} MiB ({growth:.3f}), "
            f"{files} -> {files_after} files, {threads} -> {threads_after} threads"
        )
        assert growth < MOST_GROWTH
        assert files_after <= files + MOST_FILES_MORE
    assert processes == node.processes(), "a process was replaced"
