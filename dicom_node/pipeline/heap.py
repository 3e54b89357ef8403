"""Memory that large pictures leave behind goes back to the system at once, where the C library is glibc.

Left to itself glibc keeps one arena per thread and, having seen one large block freed, keeps the next ones too: a node
that has read a few detectors' full frames then holds hundreds of MiB that it does not use.
"""

import ctypes
from typing import Final

#: mallopt(3): M_MMAP_THRESHOLD and M_ARENA_MAX. Setting the first also ends its growth.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE_BYTES: Final = 1 << 20


def give_back_freed_memory() -> bool:
    """Map blocks of 1 MiB and more on their own, and share two arenas among all threads; False where not glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGE_BYTES) and mallopt(_ARENA_MAX, 2))
