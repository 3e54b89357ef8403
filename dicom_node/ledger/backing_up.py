"""A backup of a data folder while its node runs: the ledger of one moment, then every file that its rows name.

A file that was acknowledged never changes, so what the copy of the ledger names is still there when the files are
copied, but what retention removes meanwhile. Into the same folder again, only what is new is copied.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine

from dicom_node.durable_file import PRIVATE, make_folder_durably, write_durably
from dicom_node.ledger.backup_folder import (
    FACTS,
    FILES,
    FORMAT,
    LEDGER_PREFIX,
    SUMS,
    copy_file,
    digest_file,
    read_sums,
    remove_unnamed,
    require_room,
    write_sums,
)
from dicom_node.ledger.copying import copy_database
from dicom_node.ledger.database import FILE_NAME, find_schema_version, looking
from dicom_node.ledger.named_files import NamedFile, find_named_files
from domain.errors import LedgerError

_LEDGER: Final = f".{LEDGER_PREFIX}new.sqlite"


@dataclass(slots=True)
class BackedUp:
    """What a backup holds, and what it cannot.

    Attributes:
        files: in the backup, `copied` of them by this run; the rest was there.
        gone: files that retention removed while the backup ran; nothing is lost.
        lost: files that the ledger names and the data folder does not have.
        damaged: files whose content is not what the ledger says; they are in the backup as they are.
    """

    folder: Path
    made_at: datetime
    files: int = 0
    copied: int = 0
    copied_bytes: int = 0
    removed: int = 0
    gone: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def back_up(engine: Engine, data: Path, folder: Path, now: datetime) -> BackedUp:
    """Bring a whole backup into a folder, which is empty, or holds an earlier backup of the same node.

    Raises:
        LedgerError: there is no room, the ledger could not be copied, or the folder holds something else.
        OSError: something cannot be read or written.
    """
    _require_own(folder, data)
    make_folder_durably(folder, PRIVATE)
    before = read_sums(folder)
    copy = folder / _LEDGER
    copy_database(data / FILE_NAME, copy)
    done = BackedUp(folder, now)
    with closing(_read_only(copy)) as connection:
        named = list(find_named_files(connection))
        schema = find_schema_version(connection)
    require_room(folder, sum(_missing_bytes(data, folder, before, each) for each in named))
    sums = {f"{FILES}/{path}": digest for path, digest in _copy_files(data, folder, named, before, done)}
    _tell_gone_from_lost(engine, done)
    digest = digest_file(copy)
    ledger = f"{LEDGER_PREFIX}{digest[:16]}.sqlite"
    copy.replace(folder / ledger)
    sums[ledger] = digest
    facts = {"format": FORMAT, "made_at": now.isoformat(), "schema": schema, "ledger": ledger, "lost": done.lost}
    write_durably(folder / FACTS, json.dumps(facts, indent=1).encode())
    write_sums(folder, sums)
    done.removed = remove_unnamed(folder, sums)
    return done


def _require_own(folder: Path, data: Path) -> None:
    if folder.resolve().is_relative_to(data):
        raise LedgerError(f"{folder} lies in the data folder: a backup belongs on another disk")
    if folder.is_dir() and any(folder.iterdir()) and not _is_backup(folder):
        raise LedgerError(f"{folder} holds something else: name an empty folder, or one with an earlier backup")


def _is_backup(folder: Path) -> bool:
    """Say whether a folder holds a backup, or what is left of one that did not end."""
    return (folder / SUMS).is_file() or (folder / _LEDGER).is_file() or (folder / FILES).is_dir()


def _read_only(path: Path) -> Connection:
    return create_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true").connect()


def _missing_bytes(data: Path, folder: Path, before: Mapping[str, str], file: NamedFile) -> int:
    if _is_there(data / file.path, folder / FILES / file.path, before.get(f"{FILES}/{file.path}")):
        return 0
    try:
        return (data / file.path).stat().st_size
    except OSError:
        return 0


def _copy_files(
    data: Path, folder: Path, named: list[NamedFile], before: Mapping[str, str], done: BackedUp
) -> Iterator[tuple[str, str]]:
    """Copy what is not there, and give the path and the digest of every file that the backup has."""
    for file in named:
        source, target = data / file.path, folder / FILES / file.path
        known = before.get(f"{FILES}/{file.path}")
        if known is None or not _is_there(source, target, known):
            known = _copy(source, target, file, done)
        if known is not None:
            done.files += 1
            yield file.path, known


def _copy(source: Path, target: Path, file: NamedFile, done: BackedUp) -> str | None:
    try:
        digests = copy_file(source, target, file.data_set_bytes)
    except FileNotFoundError:
        done.lost.append(file.path)
        return None
    if file.sha256 and file.sha256 != digests.tail:
        done.damaged.append(file.path)
    done.copied += 1
    done.copied_bytes += target.stat().st_size
    return digests.whole


def _is_there(source: Path, target: Path, known: str | None) -> bool:
    """Say whether a backup has a file: named in its list, and of the size and the time of the one in the data folder.

    A file that has left the data folder is looked for there once more, and told as gone or lost.
    """
    if known is None:
        return False
    try:
        there, here = os.stat(target), os.stat(source)
    except OSError:
        return False
    return (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns)


def _tell_gone_from_lost(engine: Engine, done: BackedUp) -> None:
    """What the ledger of now does not name any more has been removed by retention while the backup ran."""
    if not done.lost:
        return
    with looking(engine) as connection:
        named = {file.path for file in find_named_files(connection)}
    done.gone = [path for path in done.lost if path not in named]
    done.lost = [path for path in done.lost if path in named]
