"""A data set on its way to disk."""

import errno
import gc
import hashlib
import os
from pathlib import Path

import pytest

from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.read_soon import ReadSoon
from dicom_node.receive.statuses import Outcome


def make_spool(folder: Path, *, most_bytes: int = 1000, free_bytes: int = 0, free: int = 1 << 40) -> Spool:
    spool = Spool(folder, most_bytes=most_bytes, free_bytes=free_bytes, measure_free_bytes=lambda _: free)
    spool.sweep()
    return spool


def make_incoming(spool: Spool) -> IncomingDataSet:
    return IncomingDataSet(spool, lambda: b"HEAD")


def test_the_file_holds_head_and_data_set_and_the_digest_leaves_the_head_out(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path))
    incoming.write(b"abc")
    incoming.write(memoryview(b"def"))
    incoming.seal()
    assert incoming.path is not None
    assert incoming.path.read_bytes() == b"HEADabcdef"
    assert (incoming.data_set_offset, incoming.size_bytes) == (4, 6)
    assert incoming.sha256 == hashlib.sha256(b"abcdef").hexdigest()


def test_no_file_is_made_for_a_message_without_data_set(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path))
    incoming.seal()
    assert incoming.path is None
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_over_the_limit_is_dropped_while_it_arrives(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path, most_bytes=10))
    assert [incoming.write(b"x" * 6) for _ in range(3)] == [6, 6, 6]
    assert incoming.failure is Outcome.TOO_LARGE
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_of_just_the_limit_is_kept(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path, most_bytes=12))
    incoming.write(b"x" * 12)
    assert incoming.failure is None


@pytest.mark.parametrize(("free", "failure"), [(4095, Outcome.DISK_HIGH_WATER), (4096, None)])
def test_nothing_is_written_over_the_high_water_mark(tmp_path: Path, free: int, failure: Outcome | None) -> None:
    incoming = make_incoming(make_spool(tmp_path, free_bytes=4096, free=free))
    incoming.write(b"abc")
    assert incoming.failure is failure
    assert (list(tmp_path.iterdir()) == []) is (failure is not None)


def test_a_disk_that_refuses_to_write_is_a_failure_and_no_exception(tmp_path: Path) -> None:
    spool = make_spool(tmp_path / "spool")
    (tmp_path / "spool").rmdir()
    incoming = make_incoming(spool)
    assert incoming.write(b"abc") == 3
    assert incoming.failure is Outcome.DISK_FAILED


def test_a_data_set_that_nobody_wants_leaves_no_file(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path))
    incoming.write(b"abc")
    del incoming
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_moved_file_survives_discarding(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path / "spool"))
    incoming.write(b"abc")
    incoming.seal()
    incoming.move(tmp_path / "final")
    incoming.discard()
    assert (tmp_path / "final").read_bytes() == b"HEADabc"


def test_the_sweep_removes_what_a_crash_left(tmp_path: Path) -> None:
    (tmp_path / "0123.part").write_bytes(b"half")
    assert Spool(tmp_path, most_bytes=1, free_bytes=1).sweep() == 1
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_little_at_a_time_gets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "writev", lambda number, parts: os.write(number, b"".join(parts)[:7]))
    incoming = make_incoming(make_spool(tmp_path))
    fragments = [bytes([index]) * index for index in range(30)]
    incoming.write_all([memoryview(fragment) for fragment in fragments])
    incoming.seal()
    assert incoming.path is not None
    assert incoming.path.read_bytes() == b"HEAD" + b"".join(fragments)


def test_thousands_of_tiny_fragments_are_one_data_set(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path, most_bytes=10**4))
    incoming.write_all([memoryview(b"ab")] * 4000)
    assert incoming.path is not None
    assert incoming.path.read_bytes() == b"HEAD" + b"ab" * 4000
    incoming.discard()


def test_the_sweep_leaves_what_another_process_is_writing(tmp_path: Path) -> None:
    others, gone, own = (
        tmp_path / f"{os.getppid()}-1.part",
        tmp_path / "999999999-1.part",
        tmp_path / f"{os.getpid()}-1.part",
    )
    for path in (others, gone, own):
        path.write_bytes(b"half")
    assert Spool(tmp_path, most_bytes=1, free_bytes=1).sweep() == 2
    assert list(tmp_path.iterdir()) == [others]


def test_a_large_data_set_is_whole_although_the_disk_begins_before_it_is(tmp_path: Path) -> None:
    incoming = make_incoming(make_spool(tmp_path, most_bytes=1 << 23))
    content = os.urandom(1 << 20)
    for _ in range(4):
        incoming.write(content)
    incoming.seal()
    assert incoming.path is not None
    assert incoming.path.read_bytes() == b"HEAD" + 4 * content
    assert incoming.sha256 == hashlib.sha256(4 * content).hexdigest()


class NeverSoon(ReadSoon):
    def takes_one(self) -> bool:
        return False


def is_in_memory(path: Path) -> bool:
    """Return whether the first page of a file can be read without the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.preadv(descriptor, [bytearray(4096)], 0, os.RWF_NOWAIT) > 0
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        pytest.skip("this file system does not tell")
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(("read_soon", "stays"), [(ReadSoon(), True), (NeverSoon(), False)])
def test_an_image_that_nobody_reads_soon_is_on_disk_alone(tmp_path: Path, read_soon: ReadSoon, stays: bool) -> None:
    spool = Spool(tmp_path, most_bytes=1 << 20, free_bytes=0, read_soon=read_soon)
    incoming = make_incoming(spool)
    incoming.write(b"x" * 65536)
    incoming.seal()
    assert incoming.path is not None
    assert is_in_memory(incoming.path) is stays
    assert incoming.path.read_bytes() == b"HEAD" + b"x" * 65536


def test_an_image_is_kept_where_the_system_does_not_forget_what_it_is_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EINVAL, "not on this file system")

    monkeypatch.setattr(os, "posix_fadvise", refuse)
    incoming = make_incoming(Spool(tmp_path, most_bytes=1 << 20, free_bytes=0, read_soon=NeverSoon()))
    incoming.write(b"abc")
    incoming.seal()
    assert incoming.path is not None
    assert incoming.path.read_bytes() == b"HEADabc"
