"""Files that are to go: named in the transaction that takes their rows away, removed after it.

So whatever happens between, no row points at a file that is gone without saying so, and no file stays without a row.
"""

import logging
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select

from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.retention_tables import removal

#: Few enough that nobody waits long for the lock under which they are removed.
_AT_ONCE: Final = 10
_log = logging.getLogger(__name__)


def plan(connection: Connection, paths: Iterable[str]) -> int:
    """Plan to remove files or folders, relative to the data folder; return how many."""
    wanted = {path for path in paths if path}
    known = set(connection.execute(select(removal.c.path).where(removal.c.path.in_(wanted))).scalars())
    if new := sorted(wanted - known):
        connection.execute(insert(removal), [{"path": path} for path in new])
    return len(wanted)


def forget(connection: Connection, paths: Iterable[str]) -> None:
    """Keep files after all, because they came again."""
    connection.execute(delete(removal).where(removal.c.path.in_(list(paths))))


def carry_out(engine: Engine, data: Path) -> int:
    """Remove what is planned and return how many files and folders went; what cannot be removed stays planned.

    Under the write lock, so that no image that comes again at this moment loses its file.
    """
    removed, last = 0, ""
    while paths := _next(engine, last):
        with writing(engine) as connection:
            still = select(removal.c.path).where(removal.c.path.in_(paths)).with_for_update()
            gone = [path for path in connection.execute(still).scalars() if _remove(data, path)]
            forget(connection, gone)
        removed += len(gone)
        last = paths[-1]
    return removed


def _next(engine: Engine, last: str) -> list[str]:
    query = select(removal.c.path).where(removal.c.path > last).order_by(removal.c.path).limit(_AT_ONCE)
    with looking(engine) as connection:
        return list(connection.execute(query).scalars())


def _remove(data: Path, relative: str) -> bool:
    path = data / relative
    if not path.is_relative_to(data) or ".." in path.parts:  # nothing of this node's is there
        _log.error("a file outside the data folder was to be removed; it stays")
        return True
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("a purged file could not be removed yet: %s", error.strerror or type(error).__name__)
        return False
    _remove_empty_folders(path.parent, data)
    return True


def _remove_empty_folders(folder: Path, data: Path) -> None:
    """Remove folders that became empty, up to those directly in the data folder, which stay."""
    with suppress(OSError):  # not empty, or an image is coming into it
        while folder.is_relative_to(data) and data not in (folder, folder.parent):
            folder.rmdir()
            folder = folder.parent
