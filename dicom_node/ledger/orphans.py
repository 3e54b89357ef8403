"""Files that no row speaks of: left by a crash between a file and its row, or between a stage and its place.

A file that was acknowledged has its row, so none of these was: its sender was told to keep it, or has sent it again.
Only what has lain for days goes, for what is being written at this moment has no row either.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.retention_tables import removal

SECONDS_BEFORE: Final = 2 * 86400.0
_SUFFIX: Final = ".orphan"


def remove_orphans(engine: Engine, data: Path, *, seconds: float = SECONDS_BEFORE) -> int:
    """Remove what no row speaks of and has lain for so long; return how many files and folders went."""
    data = data.resolve()
    return sum(_remove(path, seconds) for path in _orphans(engine, data) if _is_old(path, seconds))


def _orphans(engine: Engine, data: Path) -> Iterator[Path]:
    for study, find_known in _studies(data):
        with looking(engine) as connection:
            known = find_known(connection, study.name)
            known |= set(connection.execute(select(removal.c.path)).scalars())  # these go by themselves
        places = [(data / each).resolve() for each in known]
        yield from (path for path in study.iterdir() if not any(each.is_relative_to(path) for each in places))


def _studies(data: Path) -> Iterator[tuple[Path, Callable[[Connection, str], set[str]]]]:
    """Give each folder of a study, with what says which of its entries are known."""
    yield from ((study, _instance_paths) for study in sorted((data / "instances").glob("*/*")))
    yield from ((study, _evidence_paths) for study in sorted((data / "evidence").glob("*")))
    yield from ((study, _document_paths) for study in sorted((data / "documents").glob("*")))


def _instance_paths(connection: Connection, study_instance_uid: str) -> set[str]:
    columns = tables.instance.c
    query = select(columns.path).where(columns.study_instance_uid == study_instance_uid)
    return set(connection.execute(query).scalars())


def _evidence_paths(connection: Connection, study_instance_uid: str) -> set[str]:
    columns = tables.instance.c
    query = select(columns.sop_instance_uid).where(columns.study_instance_uid == study_instance_uid)
    return {f"evidence/{study_instance_uid}/{uid}" for uid in connection.execute(query).scalars()}


def _document_paths(connection: Connection, study_instance_uid: str) -> set[str]:
    columns = tables.document.c
    query = select(columns.path).where(columns.study_instance_uid == study_instance_uid, columns.purged_at.is_(None))
    return set(connection.execute(query).scalars())


def _is_old(path: Path, seconds: float) -> bool:
    try:
        return path.stat().st_mtime < time.time() - seconds
    except OSError:  # it has gone, or is being moved: not an orphan now
        return False


def _remove(path: Path, seconds: float) -> bool:
    """Remove a file or folder. Set apart first: the same image that comes at this moment gets a file of its own."""
    apart = path.with_name(f"{path.name}{_SUFFIX}")
    try:
        path.rename(apart)
        if path.suffix != _SUFFIX and not _is_old(apart, seconds):
            apart.rename(path)
            return False
        shutil.rmtree(apart) if apart.is_dir() else apart.unlink()
    except OSError:  # the next pass tries again
        return False
    return True
