"""Files beside the images that no row speaks of: headers, pictures and documents that a crash left before their row.

Only what has lain for days goes, for what is being written at this moment has no row either. Images without a row are
shown to a person instead (dicom_node/receive/orphans.py).
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
from domain.instance import HEADER_ONLY_SUFFIX

SECONDS_BEFORE: Final = 2 * 86400.0


def remove_orphans(engine: Engine, data: Path, *, seconds: float = SECONDS_BEFORE) -> int:
    """Remove what no row speaks of and has lain for so long; return how many files and folders went."""
    data = data.resolve()
    return sum(_remove(path) for path in _orphans(engine, data) if _is_old(path, seconds))


def _orphans(engine: Engine, data: Path) -> Iterator[Path]:
    for study, pattern, find_known in _studies(data):
        with looking(engine) as connection:
            known = find_known(connection, study.name)
            known |= set(connection.execute(select(removal.c.path)).scalars())  # these go by themselves
        places = [(data / each).resolve() for each in known]
        yield from (path for path in study.glob(pattern) if not any(each.is_relative_to(path) for each in places))


def _studies(data: Path) -> Iterator[tuple[Path, str, Callable[[Connection, str], set[str]]]]:
    """Give each folder of a study, which of its entries to look at, and what says which of them are known."""
    headers = f"*{HEADER_ONLY_SUFFIX}"
    yield from ((study, headers, _header_paths) for study in sorted((data / "instances").glob("*/*")))
    yield from ((study, "*", _evidence_paths) for study in sorted((data / "evidence").glob("*")))
    yield from ((study, "*", _document_paths) for study in sorted((data / "documents").glob("*")))


def _header_paths(connection: Connection, study_instance_uid: str) -> set[str]:
    columns = tables.instance.c
    query = select(columns.path).where(columns.study_instance_uid == study_instance_uid, columns.path != "")
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


def _remove(path: Path) -> bool:
    try:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError:  # the next pass tries again
        return False
    return True
