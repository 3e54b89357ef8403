"""Memory of a process and of all that it started, from /proc (Linux)."""

from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a whole tree of processes, in MiB.

    Attributes:
        rss_mib: resident set sizes added up; what processes share counts several times.
        pss_mib: proportional set sizes added up; what processes share counts once.
    """

    processes: int
    rss_mib: float
    pss_mib: float


def measure_memory(pid: int) -> Memory:
    """Return the memory of the process `pid` and of its descendants; one that ends meanwhile is left out."""
    sizes = [size for each in find_tree(pid) if (size := _sizes_kib(each)) is not None]
    rss, pss = (sum(column) / 1024 for column in zip(*sizes, strict=True)) if sizes else (0.0, 0.0)
    return Memory(len(sizes), round(rss, 1), round(pss, 1))


def measure_rss_mib(pid: int) -> float:
    """Return what one process has resident, in MiB; 0 of one that has ended."""
    sizes = _sizes_kib(pid)
    return round(sizes[0] / 1024, 1) if sizes is not None else 0.0


def forget_peak_memory() -> None:
    """Let the peak of this process begin anew (proc(5), clear_refs)."""
    (_PROC / "self" / "clear_refs").write_text("5")


def measure_peak_memory_mib() -> float:
    """Return the most that this process had resident, in MiB."""
    status = _read(_PROC / "self" / "status")
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return round(int(peak.split()[1]) / 1024, 1)


def find_tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    children: list[int] = []
    for task in (_PROC / str(pid) / "task").glob("*/children"):
        children.extend(int(child) for child in _read(task).split())
    return [pid, *(each for child in children for each in find_tree(child))]


def _sizes_kib(pid: int) -> tuple[int, int] | None:
    values = dict(line.split()[:2] for line in _read(_PROC / str(pid) / "smaps_rollup").splitlines()[1:])
    return (int(values["Rss:"]), int(values["Pss:"])) if "Rss:" in values and "Pss:" in values else None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended
        return ""
