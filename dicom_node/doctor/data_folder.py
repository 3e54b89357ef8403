"""The data folder: whether it can be written, how much room it has, and how long the disk takes to make sure."""

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from config.settings import Settings
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.verdicts import Check, Verdict, good

_MIB: Final = 1 << 20
#: Each image and each stage of its study waits for some of these; slower disks make the answer late.
SLOW_FSYNC_MILLISECONDS: Final = 30.0
_FSYNCS, _BLOCK_BYTES = 9, 64 << 10
#: Whose locks and memory maps SQLite cannot rely on.
_OF_NETWORKS: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph", "glusterfs"})
#: Rights of users who are neither the owner nor of the group.
_OTHERS: Final = 0o007
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})


def examine_folder(settings: Settings, mounts: Path = Path("/proc/mounts")) -> Iterator[Check]:
    """Look at the data folder; a small file without a name is written there and is gone at once."""
    data = settings.node.data.resolve()
    there = _nearest(data)
    try:
        milliseconds = _time_fsyncs(there)
    except OSError as error:
        meaning = f"{there} cannot be written: {error.strerror or type(error).__name__}"
        change = "let the user of the node write there, or set node.data to another folder"
        yield Check("data folder", Verdict.FAULT, meaning, change, Place.HERE)
        return
    made = "" if there == data else f"; {data} is made at the first start"
    yield good("data folder", f"{there} can be written{made}")
    if there == data and data.stat().st_mode & _OTHERS:
        meaning = f"{data} holds images and reports of patients, and every user of this machine can look into it"
        yield Check("data folder", Verdict.WARNING, meaning, f"chmod o-rwx {data}", Place.HERE)
    yield _judge_room(there, settings.limits.free_disk_mib)
    yield _judge_speed(milliseconds)
    yield from _judge_kind(there, find_kind(there, mounts))


def _judge_kind(folder: Path, kind: str) -> Iterator[Check]:
    wrong = {
        **dict.fromkeys(
            _OF_NETWORKS, f"on a network share ({kind}): the ledger may be damaged when two machines touch it"
        ),
        **dict.fromkeys(_IN_MEMORY, f"in memory ({kind}): what was acknowledged is lost when the machine restarts"),
    }.get(kind)
    if wrong is not None:
        meaning = f"{folder} is {wrong}"
        yield Check("data folder", Verdict.WARNING, meaning, "set node.data to a local disk", Place.HERE)


def _nearest(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _time_fsyncs(folder: Path) -> float:
    """Return the median time of writing a block and making it durable, in ms."""
    times = []
    with TemporaryFile(dir=folder, prefix=".osteonode-doctor-", buffering=0) as file:
        for _ in range(_FSYNCS):
            began = time.perf_counter()
            file.write(bytes(_BLOCK_BYTES))
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _judge_room(folder: Path, high_water_mib: int) -> Check:
    free_mib = shutil.disk_usage(folder).free // _MIB
    room = f"{free_mib} MiB are free; below {high_water_mib} MiB (limits.free_disk_mib) images are refused (0xA700)"
    change = "free room (`osteonode purge --older-than DAYS`), or move node.data to a larger disk"
    if free_mib < high_water_mib:
        return Check("disk", Verdict.FAULT, room, change, Place.HERE, "DISK-HIGH-WATER")
    if free_mib < 2 * high_water_mib:
        return Check("disk", Verdict.WARNING, room, change, Place.HERE)
    return good("disk", room)


def _judge_speed(milliseconds: float) -> Check:
    meaning = f"making 64 KiB durable (fsync) takes {milliseconds:.1f} ms (median of {_FSYNCS})"
    if milliseconds <= SLOW_FSYNC_MILLISECONDS:
        return good("fsync", meaning)
    meaning += ": every image waits for it before it is acknowledged"
    change = "put node.data on a faster disk (SSD), one with a protected write cache"
    return Check("fsync", Verdict.WARNING, meaning, change, Place.HERE)


def find_kind(folder: Path, mounts: Path) -> str:
    """Return the file system that a folder is on, as the kernel calls it; empty where it does not say."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    around = [(cells[1], cells[2]) for cells in lines if folder.is_relative_to(cells[1])]
    return max(around, key=lambda each: len(each[0]))[1] if around else ""
