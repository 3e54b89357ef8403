"""A backup becomes a data folder: everything is proven first, the ledger comes last."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dicom_node.durable_file import PRIVATE, make_folder_durably, write_durably
from dicom_node.ledger.backup_folder import FILES, copy_file, digest_file, read_facts, read_sums, require_room
from dicom_node.ledger.database import FILE_NAME
from dicom_node.ledger.folder_lock import FILE_NAME as LOCK
from dicom_node.ledger.folder_lock import UNFINISHED_RESTORE, FolderLock
from dicom_node.ledger.tables import SCHEMA_VERSION
from domain.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what a backup should have and has not.

    Attributes:
        made_at: when the backup was made (ISO 8601); what was acknowledged later is not in it.
        lost: paths that were lost before the backup was made.
        faults: by path, why a file of the backup is not brought back.
    """

    made_at: str
    files: int
    lost: tuple[str, ...]
    faults: Mapping[str, str]


def check_backup(folder: Path) -> Restored:
    """Look at every file of a backup; nothing is changed.

    Raises:
        LedgerError: the folder is no backup, its ledger is missing or damaged, or a later version made it.
    """
    facts, sums = read_facts(folder), read_sums(folder)
    if int(facts["schema"] or 0) > SCHEMA_VERSION:
        raise LedgerError(
            f"the backup in {folder} has a ledger of schema {facts['schema']}, this program knows up to "
            f"{SCHEMA_VERSION}: restore it with the version that made it, or a later one"
        )
    faults = {path: fault for path, digest in sums.items() if (fault := _find_fault(folder / path, digest))}
    if facts["ledger"] in faults or facts["ledger"] not in sums:
        raise LedgerError(f"the ledger of the backup in {folder} {faults.get(facts['ledger'], 'is not listed')}")
    return Restored(facts["made_at"], len(sums) - 1 - len(faults), tuple(facts["lost"]), faults)


def restore(folder: Path, data: Path, *, incomplete: bool = False) -> Restored:
    """Make a data folder of a backup; the data folder is empty or absent.

    Args:
        incomplete: bring back what is whole where files are missing or damaged; refused otherwise.

    Raises:
        LedgerError: the data folder is used, the backup is not whole, or there is no room.
        OSError: something cannot be read or written.
    """
    _require_unused(data)
    checked = check_backup(folder)
    if checked.faults and not incomplete:
        return checked
    make_folder_durably(data, PRIVATE)
    lock = FolderLock(data)
    lock.take(restoring=True)
    try:
        write_durably(data / UNFINISHED_RESTORE, b"osteonode restore\n")
        _bring_back(folder, data, checked)
        (data / UNFINISHED_RESTORE).unlink()
    finally:
        lock.free()
    return checked


def _bring_back(folder: Path, data: Path, checked: Restored) -> None:
    sums = {path: digest for path, digest in read_sums(folder).items() if path not in checked.faults}
    require_room(data, sum((folder / path).stat().st_size for path in sums))
    ledger = read_facts(folder)["ledger"]
    for path, digest in sums.items():
        if path != ledger:
            _copy(folder / path, data / Path(path).relative_to(FILES), digest)
    _copy(folder / ledger, data / FILE_NAME, sums[ledger])


def _copy(source: Path, target: Path, digest: str) -> None:
    if copy_file(source, target).whole != digest:
        raise LedgerError(f"{source} changed while it was restored")


def _find_fault(path: Path, digest: str) -> str:
    try:
        return "" if digest_file(path) == digest else "is damaged: its sha256 is another"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _require_unused(data: Path) -> None:
    if not data.exists() or (data / UNFINISHED_RESTORE).exists():
        return
    if any(path.name != LOCK for path in data.iterdir()):
        raise LedgerError(f"the data folder {data} is in use: restore into an empty one (node.data)")
