import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dicom_node.pipeline.heap import large_pages

#: Frees a hundred blocks of 2 MiB that lie below one that stays, and prints how many MiB the process still holds.
_PROGRAM = """
import sys
from dicom_node.pipeline.heap import give_back_freed_memory
if sys.argv[1] == "asked":
    assert give_back_freed_memory()
grown = bytearray(24 << 20); del grown            # a large block, freed: glibc now keeps blocks up to its size
blocks = [bytearray(2 << 20) for _ in range(100)]
last = bytearray(2 << 20)
del blocks
print(int(open("/proc/self/statm").read().split()[1]) * 4096 >> 20)
"""


def resident_mib(word: str) -> int:
    command = [sys.executable, "-c", _PROGRAM, word]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_freed_pictures_are_not_held() -> None:
    assert resident_mib("asked") + 100 < resident_mib("not asked")


#: Frees a hundred blocks of 1 MiB below one that stays, as a reader keeps its heap, and prints the MiB that went back.
_LOADED = """
from dicom_node.pipeline.heap import give_back_what_loading_left, reuse_freed_memory
def held(): return int(open("/proc/self/statm").read().split()[1]) * 4096 >> 20
assert reuse_freed_memory()
blocks = [bytearray(b"1") * (1 << 20) for _ in range(100)]
last = bytearray(1 << 20)
del blocks
before = held()
assert give_back_what_loading_left()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_what_loading_left_goes_back_before_the_first_image() -> None:
    command = [sys.executable, "-c", _LOADED]
    assert int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) > 80


#: Takes and frees a frame of 20 MiB fifty times, and prints how many pages the system had to fill with zeros for it.
_FRAMES = """
import resource, sys
from dicom_node.pipeline import heap
assert getattr(heap, sys.argv[1])()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    frame = bytearray(20 << 20); del frame
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def filled_pages(policy: str) -> int:
    command = [sys.executable, "-c", _FRAMES, policy]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_a_reader_takes_the_memory_of_the_last_frame_for_the_next() -> None:
    assert 10 * filled_pages("reuse_freed_memory") < filled_pages("give_back_freed_memory")


#: Writes to a block of 20 MiB, and prints how many KiB of the process lie in large pages.
_LARGE_PAGES = """
import os
from dicom_node.pipeline.heap import reuse_freed_memory
assert reuse_freed_memory()
block = bytearray(b"1") * (20 << 20)
rows = open("/proc/self/smaps_rollup").read().splitlines()
print(next(row.split()[1] for row in rows if row.startswith("AnonHugePages")), os.environ.get("GLIBC_TUNABLES"))
"""


def use_large_pages(added: Mapping[str, str]) -> tuple[int, str]:
    command, environment = [sys.executable, "-c", _LARGE_PAGES], os.environ | added
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    kib, tunables = done.stdout.split()
    return int(kib), tunables


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_a_process_started_so_uses_large_pages_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=7")
    kib, tunables = use_large_pages(large_pages())
    assert tunables == "glibc.malloc.tcache_count=7:glibc.malloc.hugetlb=1"
    assert use_large_pages({}) == (0, "glibc.malloc.tcache_count=7")
    granted = Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
    assert kib >= 10 << 10 or "[madvise]" not in granted
