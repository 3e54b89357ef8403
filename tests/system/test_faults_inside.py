"""A whole node whose disk, clock, database or readers fail: every acknowledged image is answered all the same."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pydicom
import pytest

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.database import FILE_NAME
from dicom_node.reading_parts import BundleReader
from dicom_node.service import Service
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_child import DIE, HANG, pooled
from tests.fakes.light_reader import LightReader, light
from tests.fakes.mounted_disk import filled, mounted_disk
from tests.system.free_port import free_port
from tests.system.witnesses import is_all_done

pytestmark = [pytest.mark.slow, pytest.mark.system]
#: Longer than the engine waits for a lock of its own accord (sqlite3's five seconds).
LOCKED_SECONDS = 7.0


class SteppedClock:
    """The time of the system, and a step. Implements ports.Clock."""

    def __init__(self) -> None:
        self.step = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.step


class Ward:
    """A node, its peers, and who sends to it."""

    def __init__(self, folder: Path, node: Service, archive: Archive, ris: MllpReceiver) -> None:
        self.folder, self.node, self.archive, self.ris = folder, node, archive, ris

    def send(self, number: int, comments: str = "", *, images: slice = slice(None)) -> set[int]:
        """Send a study and return the statuses; `comments` go into its first image."""
        study = draw_study(number)
        study[0].ImageComments = comments
        return set(send(write_study(self.folder / str(number), study)[images], self.node.port).values())

    def await_answers(self, studies: int, seconds: float = 200.0) -> None:
        """Wait until so many studies are answered at every destination."""
        wait_until(lambda: len(self.node.view.studies(limit=100)) == studies and is_all_done(self.node.view), seconds)

    def reading_statuses(self, number: int) -> list[str]:
        """Return what became of each image of a study."""
        history = self.node.view.history(str(draw_study(number)[0].StudyInstanceUID))
        assert history is not None
        return [f"{image.reading_status} {image.reason_code}".strip() for image in history.arrivals]


@contextmanager
def ward(
    folder: Path,
    readers: Callable[[Settings], BundleReader],
    *,
    data: Path | None = None,
    clock: SteppedClock | None = None,
) -> Iterator[Ward]:
    """Run a node between its peers."""
    with Archive(folder / "archive", port=free_port()) as archive, MllpReceiver() as ris:
        settings = make_settings(data or folder / "data", pacs=archive.port, ris=ris.port, quiet_seconds=1.0)
        with Service(settings, reader_factory=readers, rescue_seconds=1.0, clock=clock) as node:
            yield Ward(folder, node, archive, ris)


def test_a_disk_that_is_full_when_a_study_is_read_postpones_the_answer(tmp_path: Path) -> None:
    reader = LightReader()
    with mounted_disk(tmp_path / "disk", 40) as disk, ward(tmp_path, light(reader), data=disk / "data") as played:
        reader.gate.clear()
        assert played.send(1) == {0}
        with filled(disk):
            reader.gate.set()
            time.sleep(4.0)  # longer than the quiet time: reading, closing and answering have all failed
            assert not played.archive.files()
            assert played.send(2) == {0xA700}
        played.await_answers(1)
        assert played.send(2) == {0}
        played.await_answers(2)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_holds_no_study_up(tmp_path: Path, hours: int) -> None:
    clock = SteppedClock()
    with ward(tmp_path, light(), clock=clock) as played:
        assert played.send(1, images=slice(0, 1)) == {0}
        clock.step = timedelta(hours=hours)
        assert played.send(2) == {0}
        played.await_answers(2)
        assert played.send(1, images=slice(1, 2)) == {0}
        wait_until(lambda: len(played.ris.messages) == 3 and is_all_done(played.node.view), 120)


def test_a_database_that_another_process_locks_delays_and_loses_nothing(tmp_path: Path) -> None:
    with ward(tmp_path, light()) as played:
        assert played.send(1) == {0}
        with lock_of_another_process(tmp_path / "data" / FILE_NAME):
            began = time.monotonic()
            assert played.send(2) == {0}  # acknowledged when it could be recorded, and not before
            assert time.monotonic() - began > LOCKED_SECONDS / 2
        played.await_answers(2)


@contextmanager
def lock_of_another_process(database: Path) -> Iterator[None]:
    """Hold the write lock for some seconds, as a backup program does that was written without care."""
    code = (
        "import sqlite3, sys, time; connection = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "connection.execute('BEGIN IMMEDIATE'); print('locked', flush=True); time.sleep(float(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(database), str(LOCKED_SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
        process.wait(60)


@pytest.mark.parametrize(("deed", "reason"), [(DIE, "reader-crashed"), (HANG, "deadline-exceeded")])
def test_a_reader_that_fails_on_one_image_says_so_and_touches_no_neighbour(
    tmp_path: Path, deed: str, reason: str
) -> None:
    with ward(tmp_path, pooled(processes=2, deadline_seconds=6.0)) as played:
        for number, comments in ((1, ""), (2, deed), (3, "")):
            assert played.send(number, comments) == {0}
        played.await_answers(3)
        assert sorted(played.reading_statuses(2)) == [f"failed {reason}", "read"]
        assert [played.reading_statuses(number) for number in (1, 3)] == [["read", "read"]] * 2
        assert completion_of(played.archive, number=2) == {"1 of 2 images read"}


def completion_of(archive: Archive, number: int) -> set[str]:
    """Return what the structured reports on a study say of their completeness."""
    uid = draw_study(number)[0].StudyInstanceUID
    found = [pydicom.dcmread(path, force=True) for path in archive.files()]
    mine = [ds for ds in found if ds.StudyInstanceUID == uid]
    return {str(ds.CompletionFlagDescription) for ds in mine if "CompletionFlagDescription" in ds}
