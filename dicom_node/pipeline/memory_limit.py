"""How much memory one image may cost a reader process: what wants more fails alone, and not the whole machine."""

import resource
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


def limit_growth(most_bytes: int) -> None:
    """Let this process grow by so much address space from here on (setrlimit(2), RLIMIT_AS), and no more.

    From what it has and not from nothing: models and libraries map gigabytes that they never touch. Beyond the limit
    Python and NumPy raise MemoryError, which is answered as `out-of-memory`; a C library may end the process, which is
    answered as `reader-crashed`. Nothing where the system does not say how large the process is.
    """
    if not _STATM.is_file():
        return
    mapped_bytes = int(_STATM.read_text().split()[0]) * resource.getpagesize()
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped_bytes + most_bytes
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
