"""What a running node holds: memory, handles and threads of each process, rows of each table, megabytes on disk."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select, table

from dicom_node.bench.process_memory import find_tree, measure_rss_mib
from dicom_node.ledger.database import database_url, looking, open_engine

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessLine:
    """One process of the node; `rss_mib` resident, `files` open."""

    pid: int
    rss_mib: float
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """Of a whole node; rows by table, of the engine's own, too."""

    processes: tuple[ProcessLine, ...]
    rows: dict[str, int]
    disk_mb: float

    def as_dict(self) -> dict[str, object]:
        """Return everything as plain values; of the rows the sum, and the tables with the most."""
        most = sorted(self.rows.items(), key=lambda each: -each[1])[:6]
        return {
            "rss_mib": {str(each.pid): each.rss_mib for each in self.processes},
            "files": sum(each.files for each in self.processes),
            "threads": sum(each.threads for each in self.processes),
            "rows": sum(self.rows.values()),
            "largest_tables": dict(most),
            "disk_mb": self.disk_mb,
        }


def measure_holdings(pid: int, data: Path) -> Holdings:
    """Return what the node with this process and data folder holds now."""
    return Holdings(
        processes=tuple(_line(each) for each in find_tree(pid)), rows=_count_rows(data), disk_mb=_measure_disk_mb(data)
    )


def _line(pid: int) -> ProcessLine:
    files = threads = 0
    with suppress(OSError):  # a process that has ended holds nothing
        files = len(os.listdir(_PROC / str(pid) / "fd"))
        threads = len(os.listdir(_PROC / str(pid) / "task"))
    return ProcessLine(pid, measure_rss_mib(pid), files, threads)


def _count_rows(data: Path) -> dict[str, int]:
    engine = open_engine(database_url(data))
    try:
        with looking(engine) as connection:
            names = inspect(connection).get_table_names()
            return {
                name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names
            }
    finally:
        engine.dispose()


def _measure_disk_mb(data: Path) -> float:
    used = 0
    for folder, _, names in os.walk(data):  # passes over a folder that is purged meanwhile
        for name in names:
            with suppress(OSError):  # so is a file
                used += os.path.getsize(os.path.join(folder, name))
    return round(used / 1e6, 1)
