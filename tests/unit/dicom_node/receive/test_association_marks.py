import os
import subprocess
import sys
from pathlib import Path

import pytest

from dicom_node.knowledge_ports import AssociationState
from dicom_node.receive.association_marks import FOLDER, FileMarks


@pytest.fixture
def marks(tmp_path: Path) -> FileMarks:
    marks = FileMarks(tmp_path)
    marks.sweep()
    return marks


def leave_mark(folder: Path, process: int) -> None:
    (folder / FOLDER / f"1.1~{process}-1~open").touch()


def dead_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_every_process_sees_the_marks_of_the_others(marks: FileMarks, tmp_path: Path) -> None:
    marks.bring("a", "1.1")
    assert FileMarks(tmp_path).states(["1.1"])["1.1"].open


def test_the_mark_of_a_process_that_is_gone_holds_nothing(marks: FileMarks, tmp_path: Path) -> None:
    leave_mark(tmp_path, dead_process())
    assert marks.states(["1.1"]) == {"1.1": AssociationState()}


def test_a_start_removes_what_an_earlier_process_left_but_nothing_of_a_living_one(tmp_path: Path) -> None:
    marks = FileMarks(tmp_path)
    marks.sweep()
    for process in (os.getpid(), os.getppid(), dead_process()):
        leave_mark(tmp_path, process)
    marks.sweep()
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [f"1.1~{os.getppid()}-1~open"]


def test_without_a_folder_nothing_is_known_and_nothing_fails(tmp_path: Path) -> None:
    marks = FileMarks(tmp_path / "nowhere")
    marks.bring("a", "1.1")
    marks.end("a", released=True)
    assert marks.states(["1.1"]) == {"1.1": AssociationState()}


def test_a_foreign_file_in_the_folder_is_left_alone(marks: FileMarks, tmp_path: Path) -> None:
    (tmp_path / FOLDER / "notes.txt").touch()
    marks.states([])
    marks.sweep()
    assert (tmp_path / FOLDER / "notes.txt").exists()
