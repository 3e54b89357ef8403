"""A copy of the ledger's file that is whole and of one moment, while others write."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from dicom_node.durable_file import fsync_file, fsync_folder, make_folder_durably
from domain.errors import LedgerError, LedgerFull

#: What stays free beside a copy, so that the node can go on.
_SPARE_BYTES: Final = 64 * 1024 * 1024


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database with all that is committed; `target` is found whole or not at all.

    Nobody who writes waits for it, and it waits for nobody.

    Raises:
        LedgerFull: there is no room for it.
        LedgerError: the source is damaged, or the copy is not whole.
        OSError: the folder cannot be written to.
    """
    make_folder_durably(target.parent)
    _require_room(source, target.parent)
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        _copy(source, unfinished)
        fsync_file(unfinished)
        unfinished.replace(target)
    except sqlite3.Error as error:
        raise LedgerError(f"the ledger {source} could not be copied: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    fsync_folder(target.parent)


def _copy(source: Path, target: Path) -> None:
    # All pages in one step: a snapshot of this moment, however much is written meanwhile (write-ahead log).
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        said = copy.execute("PRAGMA quick_check").fetchone()[0]
    if said != "ok":
        raise LedgerError(f"the copy of the ledger {source} is not whole: {said}")


def _require_room(source: Path, folder: Path) -> None:
    log = source.with_name(f"{source.name}-wal")
    needed = sum(each.stat().st_size for each in (source, log) if each.exists()) + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise LedgerFull(f"a copy of the ledger needs {needed >> 20} MiB in {folder}, and {free >> 20} MiB are free")
