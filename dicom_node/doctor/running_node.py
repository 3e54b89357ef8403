"""Whether a node runs on a data folder, found out without touching its lock."""

from pathlib import Path

from dicom_node.ledger.folder_lock import FILE_NAME


def find_node(data: Path, locks: Path = Path("/proc/locks")) -> int | None:
    """Return the process of the node that runs on a data folder, None where there is none.

    To try the lock would keep a node that starts at this moment from getting it: the kernel's list is read (proc(5)).
    """
    lock = data / FILE_NAME
    try:
        inode, written = lock.stat().st_ino, lock.read_text().strip()
        lines = locks.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    held = (line.split() for line in lines if " FLOCK " in line)
    is_held = any(cells[5].rpartition(":")[2] == str(inode) for cells in held if "->" not in cells)
    return int(written) if is_held and written.isdecimal() else None
