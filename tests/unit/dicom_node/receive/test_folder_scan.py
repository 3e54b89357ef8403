"""When a file in a watched folder counts as whole."""

import os
from pathlib import Path

import pytest

from dicom_node.receive.folder_scan import FolderScan


class Stopwatch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def names(scan: FolderScan, watch: Stopwatch, after_seconds: float = 0.0) -> list[str]:
    watch.seconds += after_seconds
    return [path.name for path, _signature in scan.settled()]


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def scan(tmp_path: Path, watch: Stopwatch) -> FolderScan:
    return FolderScan(tmp_path, 10.0, watch)


def test_a_file_counts_when_it_has_looked_the_same_for_long_enough(
    tmp_path: Path, scan: FolderScan, watch: Stopwatch
) -> None:
    (tmp_path / "a").write_bytes(b"whole")
    assert [names(scan, watch, 5.0) for _ in range(3)] == [[], [], ["a"]]


def test_a_file_that_grows_waits_until_it_does_not(tmp_path: Path, scan: FolderScan, watch: Stopwatch) -> None:
    file = tmp_path / "a"
    for size in range(1, 5):
        file.write_bytes(b"x" * size)
        assert names(scan, watch, 9.0) == []
    assert names(scan, watch, 10.0) == ["a"]


def test_a_file_that_another_took_the_place_of_waits_again(tmp_path: Path, scan: FolderScan, watch: Stopwatch) -> None:
    (tmp_path / "a").write_bytes(b"one")
    names(scan, watch)
    (tmp_path / ".new").write_bytes(b"two")
    os.replace(tmp_path / ".new", tmp_path / "a")
    assert [names(scan, watch, 10.0) for _ in range(2)] == [[], ["a"]]


def test_a_clock_that_goes_back_only_makes_it_wait(tmp_path: Path, scan: FolderScan, watch: Stopwatch) -> None:
    (tmp_path / "a").write_bytes(b"whole")
    assert [names(scan, watch, seconds) for seconds in (0.0, -50.0, 50.0, 10.0)] == [[], [], [], ["a"]]


def test_subfolders_are_looked_into_and_what_is_ours_is_not(tmp_path: Path, scan: FolderScan, watch: Stopwatch) -> None:
    for name in ("deep/er/a", "deep/taken/b", "taken/c", "refused/d"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    names(scan, watch)
    assert names(scan, watch, 10.0) == ["a", "b"]


def test_links_pipes_and_unfinished_names_are_left_alone(
    tmp_path: Path, scan: FolderScan, watch: Stopwatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "secret").write_bytes(b"x")
    (tmp_path / "file-link").symlink_to(elsewhere / "secret")
    (tmp_path / "folder-link").symlink_to(elsewhere)
    os.mkfifo(tmp_path / "pipe")
    for name in (".hidden", "a.part", "b.tmp"):
        (tmp_path / name).write_bytes(b"x")
    names(scan, watch)
    assert names(scan, watch, 10.0) == []


def test_a_subfolder_that_cannot_be_read_does_not_hide_the_rest(
    tmp_path: Path, scan: FolderScan, watch: Stopwatch
) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "locked").mkdir(mode=0o000)
    names(scan, watch)
    assert names(scan, watch, 10.0) == ["a"]
    (tmp_path / "locked").chmod(0o700)


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path, watch: Stopwatch) -> None:
    with pytest.raises(FileNotFoundError):
        FolderScan(tmp_path / "unmounted", 10.0, watch).settled()
