"""Taking turns at writing: whoever wants to write to an SQLite file waits in line for it, and is woken when it is next.

SQLite itself lets a writer that finds the file taken sleep, up to 100 ms at a time, and look again; whoever comes by at
the right moment goes first. With several processes that write a lot, one of them may sleep through a second that way,
and a sender of images waits as long.
"""

import fcntl
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final
from weakref import WeakValueDictionary, finalize

WAIT_SECONDS: Final = 30.0
#: Statements before which a transaction that may write begins (of the module sqlite3, or of ours).
_WRITING: Final = ("BEGIN IMMEDIATE", "DELETE", "INSERT", "REPLACE", "UPDATE")
#: Bytes of the file beside the database that are locked, never written. Only one process waits for `_NOW` at a time, so
#: that a process which has just written cannot go first again.
_NEXT, _NOW = 0, 1


class Turn:
    """The right to write to one file: of one thread of one process at a time.

    Locks of a file end with the process that holds them, however it ends.

    Args:
        path: of the file whose bytes are locked; made when missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._in_this_process = Lock()
        self._descriptor: int | None = None

    def take(self) -> None:
        """Return when it is our turn.

        Raises:
            sqlite3.OperationalError: other threads of this process kept it for too long.
            OSError: the file cannot be made.
        """
        if not self._in_this_process.acquire(timeout=WAIT_SECONDS):
            raise sqlite3.OperationalError("database is locked")
        try:
            descriptor = self._open()
            fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, _NEXT)
            fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, _NOW)
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, _NEXT)
        except BaseException:
            self._in_this_process.release()
            raise

    def give_up(self) -> None:
        """Let the next one write."""
        try:
            fcntl.lockf(self._open(), fcntl.LOCK_UN, 1, _NOW)
        finally:
            self._in_this_process.release()

    def _open(self) -> int:
        # Opened once, by one object: closing any descriptor of a file frees all locks that its process has on it.
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            finalize(self, os.close, self._descriptor)
        return self._descriptor


_turns: WeakValueDictionary[Path, Turn] = WeakValueDictionary()
_finding = Lock()


def turn_of(database: Path) -> Turn:
    """Return the turn of a database file: one for all connections of this process."""
    with _finding:
        found = _turns.get(database) or Turn(database.with_name(f"{database.name}-turn"))
        return _turns.setdefault(database, found)


class TurnTakingConnection(sqlite3.Connection):
    """Waits for its turn before a transaction that may write, and gives it up with the transaction's end."""

    def __init__(self, database: str, *arguments: Any, **settings: Any) -> None:
        super().__init__(database, *arguments, **settings)
        self._turn = turn_of(Path(database))
        self._has_turn = False

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor whose writing waits for its turn."""
        return super().cursor(factory or _TurnTakingCursor)

    def commit(self) -> None:
        """Commit, and let the next one write; where it fails, the transaction goes on."""
        super().commit()
        self._give_up()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._give_up()

    def close(self) -> None:
        """Close; what was not committed is not done."""
        try:
            super().close()
        finally:
            self._give_up()

    def wait_for_turn(self, sql: str) -> None:
        """Return when a statement may be executed."""
        if self._has_turn or self.in_transaction or not sql.lstrip()[:15].upper().startswith(_WRITING):
            return
        self._turn.take()
        self._has_turn = True

    def keep_turn_if_begun(self) -> None:
        """Give the turn up unless a transaction has begun."""
        if not self.in_transaction:
            self._give_up()

    def _give_up(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turn.give_up()


class _TurnTakingCursor(sqlite3.Cursor):
    connection: TurnTakingConnection

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        self.connection.wait_for_turn(sql)
        try:
            return super().execute(sql, parameters)
        finally:
            self.connection.keep_turn_if_begun()

    def executemany(self, sql: str, parameters: Sequence[Any], /) -> Any:  # type: ignore[override]
        self.connection.wait_for_turn(sql)
        try:
            return super().executemany(sql, parameters)
        finally:
            self.connection.keep_turn_if_begun()
