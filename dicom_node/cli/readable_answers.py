"""The answer to a study as files that need no DICOM viewer: the report as a PDF, the summary as pictures."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pydicom

from dicom_node.cli.returned import write_capture_as_png
from domain.document import DocumentKind

if TYPE_CHECKING:
    from dicom_node.ledger.queries import DocumentLine

REPORT_NAME = "report.pdf"


def write_summary(documents: "Sequence[DocumentLine]", png: Path) -> tuple[Path, ...]:
    """Write the summary of the last version; return the pictures: `png`, and for more pages -2, -3 after its stem.

    Empty where the version has no summary. Raises OSError where a picture cannot be written.
    """
    written = []
    for number, page in enumerate(sorted(_find(documents, DocumentKind.SUMMARY_CAPTURE), key=_page_number), 1):
        path = png if number == 1 else png.with_stem(f"{png.stem}-{number}")
        write_capture_as_png(page, path)
        written.append(path)
    return tuple(written)


def write_readable(documents: "Sequence[DocumentLine]") -> tuple[Path, ...]:
    """Write the report of the last version, or the summary where it has none, to a new folder of this user alone.

    Empty where the version has neither. The files stay: a viewer reads them when it likes. Raises OSError.
    """
    reports = _find(documents, DocumentKind.ENCAPSULATED_PDF)
    if not (reports or _find(documents, DocumentKind.SUMMARY_CAPTURE)):
        return ()
    folder = Path(mkdtemp(prefix="osteonode-"))
    if not reports:
        return write_summary(documents, folder / "summary.png")
    return (write_report_as_pdf(reports[0].read_bytes(), folder / REPORT_NAME),)


def write_report_as_pdf(encapsulated: bytes, pdf: Path) -> Path:
    """Write the PDF that an Encapsulated PDF object holds (PS3.3 C.24.2), and return where."""
    ds = pydicom.dcmread(BytesIO(encapsulated))
    pdf.write_bytes(ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength])
    return pdf


def _find(documents: "Sequence[DocumentLine]", kind: DocumentKind) -> list[Path]:
    """The documents of one kind in the last version that are still here."""
    last = max((line.version for line in documents), default=0)
    mine = [line for line in documents if line.kind is kind and line.version == last]
    return [line.path for line in mine if line.purged_at is None]


def _page_number(path: Path) -> int:
    return int(pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["InstanceNumber"]).InstanceNumber)
