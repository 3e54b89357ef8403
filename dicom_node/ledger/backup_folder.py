"""What a backup looks like: a copy of the ledger, the files that its rows name, and the digests of all of them.

`SHA256SUMS` is written last and is what makes a folder a backup; `sha256sum --check SHA256SUMS` proves it anywhere.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dicom_node.durable_file import make_folder_durably, write_durably
from domain.errors import LedgerError

SUMS: Final = "SHA256SUMS"
FACTS: Final = "backup.json"
#: Below the backup's folder: what lies below the data folder.
FILES: Final = "files"
LEDGER_PREFIX: Final = "ledger-"
FORMAT: Final = 1
_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Digests:
    """Of a file: of all of it, and of its last bytes, which are all of it unless a number was asked for. In hex."""

    whole: str
    tail: str


def copy_file(source: Path, target: Path, tail_bytes: int | None = None) -> Digests:
    """Copy a file durably with its time of change and return its digests; it is found whole or not at all.

    Raises:
        FileNotFoundError: the source is gone.
        OSError: it cannot be read, or the target not be written.
    """
    make_folder_durably(target.parent)
    unfinished = target.with_name(f".{target.name[:200]}.part")
    with source.open("rb") as reading, unfinished.open("wb") as writing:
        status = os.fstat(reading.fileno())
        digests = _pass_on(reading, status.st_size, tail_bytes, writing)
        writing.flush()
        os.fsync(writing.fileno())
    os.utime(unfinished, ns=(status.st_atime_ns, status.st_mtime_ns))
    unfinished.replace(target)
    return digests


def digest_file(path: Path) -> str:
    """Return the sha256 of a file in hex. Raises OSError."""
    with path.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest()


def write_sums(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the digests of a backup, by path below its folder; from then on it is one."""
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))
    write_durably(folder / SUMS, lines.encode())


def read_sums(folder: Path) -> dict[str, str]:
    """Return the digests of a backup by path below its folder, empty where it is none.

    Raises:
        LedgerError: the list is damaged, or names what does not lie in the folder.
    """
    if not (folder / SUMS).is_file():
        return {}
    found = dict(_read_lines((folder / SUMS).read_text(encoding="utf-8")))
    for path in found:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise LedgerError(f"{folder / SUMS} names a file outside the backup")
    return found


def read_facts(folder: Path) -> dict[str, Any]:
    """Return what a backup says of itself: `format`, `made_at`, `schema`, `ledger`.

    Raises:
        LedgerError: the folder is no backup, or one that was not finished, or of a later version.
    """
    if not (folder / SUMS).is_file() or not (folder / FACTS).is_file():
        raise LedgerError(f"{folder} is no backup, or one that was not finished: it has no {SUMS} and {FACTS}")
    facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    if facts["format"] != FORMAT:
        raise LedgerError(f"the backup in {folder} was made by a later version of this program")
    return facts


def remove_unnamed(folder: Path, sums: Mapping[str, str]) -> int:
    """Remove what an earlier backup into the same folder has and this one does not name; return how many files."""
    kept = {folder / path for path in sums} | {folder / SUMS, folder / FACTS}
    found = [path for path in _below(folder) if path not in kept]
    for path in found:
        path.unlink()
    return len(found)


def require_room(folder: Path, needed_bytes: int) -> None:
    """Raise LedgerError where a volume has no room for so much."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise LedgerError(f"{folder} has {free >> 20} MiB free, and {needed_bytes >> 20} MiB are needed")


def _below(folder: Path) -> Iterator[Path]:
    yield from (path for path in (folder / FILES).rglob("*") if path.is_file())
    yield from folder.glob(f"{LEDGER_PREFIX}*")


def _read_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        digest, _, path = line.partition("  ")
        if len(digest) != 64 or not path:
            raise LedgerError(f"a line of {SUMS} is no digest and path: the list is damaged")
        yield path, digest


def _pass_on(reading: Any, size_bytes: int, tail_bytes: int | None, writing: Any) -> Digests:
    whole, tail = hashlib.sha256(), hashlib.sha256()
    head_bytes = 0 if tail_bytes is None else max(0, size_bytes - tail_bytes)
    passed = 0
    while piece := reading.read(_PIECE_BYTES):
        whole.update(piece)
        tail.update(piece[max(0, head_bytes - passed) :])
        writing.write(piece)
        passed += len(piece)
    return Digests(whole.hexdigest(), tail.hexdigest())
