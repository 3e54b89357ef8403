import os
import stat
from pathlib import Path

import pytest

from dicom_node.durable_file import PRIVATE, make_folder_durably, write_durably
from tests.fakes.file_limit import largest_file


def test_a_disk_that_takes_no_more_leaves_no_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "document.dcm"
    path.write_bytes(b"the one before")
    with largest_file(1000), pytest.raises(OSError, match="File too large"):
        write_durably(path, b"x" * 2000)
    assert [each.name for each in tmp_path.iterdir()] == ["document.dcm"]
    assert path.read_bytes() == b"the one before"


def test_a_file_is_replaced_as_a_whole_in_a_folder_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "document.dcm"
    write_durably(path, b"first")
    write_durably(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    make_folder_durably(tmp_path / "a" / "b")
    make_folder_durably(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_of_patients_is_its_owners_alone_and_its_parents_are_as_usual(tmp_path: Path) -> None:
    usual = os.umask(0o022)
    try:
        make_folder_durably(tmp_path / "srv" / "data", PRIVATE)
    finally:
        os.umask(usual)
    assert [stat.S_IMODE((tmp_path / each).stat().st_mode) for each in ("srv", "srv/data")] == [0o755, 0o700]
