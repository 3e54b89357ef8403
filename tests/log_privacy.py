"""Every log of the whole suite is searched, at its end, for names, IDs, dates and UIDs of the images that were sent.

Nodes that run as processes write their logs into the folders of tests; what nodes inside a test say is kept here, as
`serve` would write it. What was sent is read from the DICOM files in the same folders.
"""

import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pydicom
from pydicom.config import settings as pydicom_settings

#: What of an image is about a patient, or leads to one.
TAGS: Final = ("PatientID", "PatientName", "PatientBirthDate", "AccessionNumber", "StudyDate")
#: How a line of ours begins, for people or for a collector. Other programs may say what they like of UIDs.
_OUR_LINE: Final = re.compile(r'\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ |\{"time": ')
#: A UID leads to a patient as well; shorter ones, of tests, look like addresses. Those of the Standard name nobody.
_UID: Final = re.compile(r"(?<![\w.])(?!1\.2\.840\.10008\.)(?=[\d.]{16})[0-2](?:\.\d+){2,}")
#: A shorter value stands in a log by chance.
_SHORTEST: Final = 5
_OURS: Final = ("dicom_node", "osteonode", "inference", "reporting", "config", "domain")


class LogKeeper(logging.Handler):
    """Keeps what our own loggers say in this process, as a collector of logs would get it."""

    def __init__(self) -> None:
        super().__init__()
        # Open as long as the process lives, as a handler is.
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record of ours; what libraries say is tested where they are tamed."""
        if record.name.partition(".")[0] in _OURS:
            self._file.write(self.format(record) + "\n")

    def lines(self) -> list[str]:
        """Return what was kept."""
        self._file.seek(0)
        return self._file.readlines()

    def close(self) -> None:
        """Forget it."""
        super().close()
        self._file.close()


def find_leaks(folder: Path, kept: Iterable[str] = ()) -> list[str]:
    """Return where logs below a folder, and other lines, say what DICOM files below the same folder say of patients.

    Lines of ours that name a UID are found as well, whosever it is.
    """
    values = sorted(read_values(folder))
    pattern = re.compile(r"(?<![\w.])(" + "|".join(map(re.escape, values)) + r")(?![\w.])") if values else None
    logs = ((str(path), path.read_text(encoding="utf-8", errors="replace").splitlines()) for path in find_logs(folder))
    return [
        f"{name}: {found.group()!r} in {line.strip()[:200]}"
        for name, lines in (*logs, ("a node inside a test", kept))
        for line in lines
        if (found := (pattern and pattern.search(line)) or _find_uid(line))
    ]


def _find_uid(line: str) -> re.Match[str] | None:
    return _UID.search(line) if _OUR_LINE.match(line) else None


def find_logs(folder: Path) -> Iterator[Path]:
    """Give the logs that nodes wrote."""
    return (path for path in folder.rglob("*.log") if path.is_file())


def read_values(folder: Path) -> set[str]:
    """Return what the images below a folder say of patients; one file of each folder speaks for a whole study."""
    values = set[str]()
    for path in {path.parent: path for path in folder.rglob("*.dcm")}.values():
        values |= _values_of(path)
    return {value for value in values if len(value) >= _SHORTEST}


def _values_of(path: Path) -> set[str]:
    before, pydicom_settings.reading_validation_mode = pydicom_settings.reading_validation_mode, 0
    try:
        ds = pydicom.dcmread(path, specific_tags=list(TAGS), stop_before_pixels=True)
        said = [str(ds.get(tag) or "") for tag in TAGS]
    except Exception:  # a file that a test has spoilt
        return set()
    finally:
        pydicom_settings.reading_validation_mode = before
    return {part for value in said for part in (value, *value.split("^"), *value.split("="))}
