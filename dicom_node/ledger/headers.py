"""The header of an image whose pixels were purged: what documents about it still need (patient, study, side)."""

from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from dicom_node.durable_file import write_durably
from domain.instance import HEADER_ONLY_SUFFIX


def keep_header(path: Path) -> Path | None:
    """Write the header of a Part 10 file durably beside it and return where; None where the file has none to read.

    Raises:
        OSError: no room, or no permission.
    """
    kept = path.with_suffix(HEADER_ONLY_SUFFIX)
    content = BytesIO()
    try:
        pydicom.dcmread(path, stop_before_pixels=True).save_as(content, enforce_file_format=False)
    except FileNotFoundError:
        return None
    except (InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError, NotImplementedError):
        return None  # it was answered as not analysed, and there is nothing in it that a document could repeat
    write_durably(kept, content.getvalue())
    return kept
