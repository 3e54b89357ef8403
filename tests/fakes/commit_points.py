"""Where a node makes something durable, and a death just before or just after it.

A point is named by who commits or renames: `arrivals.record`, `dbos.update_workflow_outcome`, ... SQLite alone.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from sqlalchemy.engine.default import DefaultDialect

BEFORE, AFTER = "before", "after"
#: What a commit or a rename passes through on its way; who asked for it stands further out.
_ON_THE_WAY: Final = frozenset({"database.py", "durable_file.py", "commit_points.py", "contextlib.py"})


class CommitPoints:
    """Replaces, for the rest of a process's life, what commits and what renames. For processes of tests alone.

    Args:
        listing: each point is appended to this file when it is passed.
        deadly: `before NAME` or `after NAME` ends the process there; empty for none.
    """

    def __init__(self, listing: Path, deadly: str = "") -> None:
        self._listing, self._deadly = listing, deadly
        self._changes: dict[int, int] = {}

    def install(self) -> None:
        """Watch."""
        commit, replace = DefaultDialect.do_commit, os.replace

        def do_commit(dialect: DefaultDialect, connection: Any) -> None:
            if self._has_written(connection):
                self._pass(lambda: commit(dialect, connection))
            else:
                commit(dialect, connection)

        def do_replace(source: Any, target: Any, **options: Any) -> None:
            self._pass(lambda: replace(source, target, **options))

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
        os.replace = do_replace  # type: ignore[assignment]

    def _has_written(self, connection: Any) -> bool:
        now = connection.driver_connection.total_changes
        before = self._changes.get(id(connection.driver_connection), 0)
        self._changes[id(connection.driver_connection)] = now
        return bool(now != before)

    def _pass(self, make_durable: Callable[[], None]) -> None:
        name = _name_caller(sys._getframe(1))
        with self._listing.open("a") as listing:
            listing.write(f"{name}\n")
        self._die_if(f"{BEFORE} {name}")
        make_durable()
        self._die_if(f"{AFTER} {name}")

    def _die_if(self, here: str) -> None:
        if here == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def _name_caller(frame: FrameType | None) -> str:
    """Return module and function of whoever of the node, or of its engine, asked for what is about to happen."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.name not in _ON_THE_WAY and ("dicom_node" in path.parts or "dbos" in path.parts):
            package = "dbos" if "dbos" in path.parts else path.stem
            return f"{package}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "unknown"
