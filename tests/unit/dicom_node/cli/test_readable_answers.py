"""The answer for people: the last version's report, or the pages of its summary in their order."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dicom_node.cli.readable_answers import write_readable, write_summary
from dicom_node.ledger.queries import DocumentLine
from domain.document import DocumentKind
from reporting.pdf.report import write_pdf
from tests.fakes.report_sources import draft_images, make_header, open_document, pick, read_image


def keep(folder: Path, images: int, version: int = 1) -> list[DocumentLine]:
    """Write the summary of so many images as a node keeps it: the last page first."""
    headers = [make_header(number=number) for number in range(1, images + 1)]
    said = draft_images(*((header, read_image(header)) for header in headers), version=version)
    lines = []
    for document in pick(said, DocumentKind.SUMMARY_CAPTURE)[::-1]:
        path = folder / document.file_name
        path.write_bytes(document.content)
        lines.append(DocumentLine(document.kind, document.identifier, version, path))
    return lines


def pages(images: int) -> list[np.ndarray]:
    headers = [make_header(number=number) for number in range(1, images + 1)]
    said = draft_images(*((header, read_image(header)) for header in headers))
    count = len(pick(said, DocumentKind.SUMMARY_CAPTURE))
    return [open_document(said, DocumentKind.SUMMARY_CAPTURE, index).pixel_array for index in range(count)]


def test_pages_are_written_in_their_order(tmp_path: Path) -> None:
    written = write_summary(keep(tmp_path, 13), tmp_path / "out.png")
    assert [path.name for path in written] == ["out.png", "out-2.png"]
    for path, page in zip(written, pages(13), strict=True):
        with Image.open(path) as png:
            assert np.array_equal(np.asarray(png), page)


def test_only_the_last_version_is_shown(tmp_path: Path) -> None:
    lines = [*keep(tmp_path, 13), *keep(tmp_path, 1, version=2)]
    assert len(write_summary(lines, tmp_path / "out.png")) == 1


def test_a_version_without_a_summary_has_no_picture(tmp_path: Path) -> None:
    report = DocumentLine(DocumentKind.STRUCTURED_REPORT, "2.25.1", 2, tmp_path / "report.dcm")
    assert write_summary([*keep(tmp_path, 1), report], tmp_path / "out.png") == ()
    assert not (tmp_path / "out.png").exists()


def keep_report(folder: Path, version: int = 1) -> tuple[DocumentLine, bytes]:
    """Write an Encapsulated PDF as a node keeps it; return it and the PDF in it."""
    said = draft_images((make_header(), read_image(make_header())), version=version)
    (document,) = pick(said, DocumentKind.ENCAPSULATED_PDF)
    path = folder / document.file_name
    path.write_bytes(document.content)
    return DocumentLine(document.kind, document.identifier, version, path), write_pdf(said)


def test_a_report_is_written_as_the_pdf_that_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report, pdf = keep_report(tmp_path)
    (written,) = write_readable([*keep(tmp_path, 1), report])
    assert written.name == "report.pdf"
    assert written.read_bytes() == pdf


def test_without_a_report_the_summary_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report, _ = keep_report(tmp_path)
    written = write_readable([report, *keep(tmp_path, 13, version=2)])
    assert [path.name for path in written] == ["summary.png", "summary-2.png"]


def test_what_names_a_patient_is_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (written,) = write_readable([keep_report(tmp_path)[0]])
    assert written.parent.stat().st_mode & 0o077 == 0


def test_without_an_answer_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert write_readable([]) == ()
    assert list(tmp_path.iterdir()) == []
