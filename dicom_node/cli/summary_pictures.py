"""The summary of a study as pictures, for people without a viewer at hand."""

from collections.abc import Sequence
from pathlib import Path

import pydicom

from dicom_node.cli.returned import write_capture_as_png
from dicom_node.ledger.queries import DocumentLine
from domain.document import DocumentKind


def write_summary(documents: Sequence[DocumentLine], png: Path) -> tuple[Path, ...]:
    """Write the summary of the last version; return the pictures: `png`, and for more pages -2, -3 after its stem.

    Empty where the version has no summary. Raises OSError where a picture cannot be written.
    """
    last = max((line.version for line in documents), default=0)
    pages = [line.path for line in documents if line.kind is DocumentKind.SUMMARY_CAPTURE and line.version == last]
    written = []
    for number, page in enumerate(sorted(pages, key=_page_number), 1):
        path = png if number == 1 else png.with_stem(f"{png.stem}-{number}")
        write_capture_as_png(page, path)
        written.append(path)
    return tuple(written)


def _page_number(path: Path) -> int:
    return int(pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["InstanceNumber"]).InstanceNumber)
