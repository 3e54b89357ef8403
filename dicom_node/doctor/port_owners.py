"""Which program listens at a TCP port of this machine, as far as Linux lets this user see (proc(5))."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TABLES: Final = ("net/tcp", "net/tcp6")
_LISTENING: Final = "0A"
#: Columns of /proc/net/tcp.
_LOCAL, _STATE, _INODE = 1, 3, 9


@dataclass(frozen=True, slots=True)
class Owner:
    """A process.

    Attributes:
        name: of its program; arguments are left out, for they may hold a secret.
        parent: the process that started it.
    """

    process: int
    name: str
    parent: int

    def __str__(self) -> str:
        return f"{self.name} (process {self.process})"


def find_owner(port: int, proc: Path = Path("/proc")) -> Owner | None:
    """Return who listens at a port; None where nobody does, or the process is another user's."""
    inodes = {f"socket:[{inode}]" for table in _TABLES for inode in _inodes(proc / table, port)}
    if not inodes:
        return None
    processes = (int(each.name) for each in proc.iterdir() if each.name.isdecimal())
    holders = [process for process in processes if inodes & set(_sockets(proc / str(process)))]
    # A child inherits what its parent has opened: the elder one listens.
    return _describe(proc, min(holders)) if holders else None


def _inodes(table: Path, port: int) -> Iterator[str]:
    with suppress(OSError):
        for line in table.read_text().splitlines()[1:]:
            cells = line.split()
            if cells[_STATE] == _LISTENING and int(cells[_LOCAL].rpartition(":")[2], 16) == port:
                yield cells[_INODE]


def _sockets(process: Path) -> Iterator[str]:
    with suppress(OSError):
        for descriptor in os.listdir(process / "fd"):
            with suppress(OSError):
                yield os.readlink(process / "fd" / descriptor)


def _describe(proc: Path, process: int) -> Owner | None:
    try:
        fields = (proc / str(process) / "stat").read_text()
    except OSError:
        return None
    # The name is in brackets and may hold any character; the parent is the second field after it.
    name, _, rest = fields.partition("(")[2].rpartition(")")
    return Owner(process, name, int(rest.split()[1]))
