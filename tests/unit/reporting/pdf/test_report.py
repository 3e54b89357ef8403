"""The PDF as a file: the same bytes twice, typefaces inside, the right study, and no larger than it may be."""

import re
from dataclasses import replace

import numpy as np
import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from domain.finding import FractureState
from reporting.conformance import gate
from reporting.conformance.pdf import find_pdf_problems
from reporting.evidence import ImageEvidence
from reporting.pdf.report import write_pdf
from reporting.statement import StudyStatement, state
from reporting.translation import LANGUAGES
from tests.fakes.report_sources import (
    COMPOSED_AT,
    STUDY_INSTANCE_UID,
    draft_image,
    draft_images,
    find,
    make_context,
    make_header,
    pick,
    read_image,
)


def draft_noise(images: int) -> StudyStatement:
    """A study of pictures that no encoder makes small."""
    headers = [make_header(number=number, Rows=2048, Columns=1640) for number in range(1, images + 1)]
    noise = np.random.default_rng(5).integers(0, 256, (2048, 1640), dtype=np.uint8)
    evidence = [ImageEvidence(header, noise) for header in headers]
    return state(make_context(), find(*(read_image(header) for header in headers)), evidence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_study_gives_the_same_bytes(language: str) -> None:
    header = make_header()
    first, again = (write_pdf(draft_images((header, read_image(header)), language=language)) for _ in range(2))
    assert first == again
    assert first.startswith(b"%PDF-")


def test_another_study_gives_other_bytes() -> None:
    absent = draft_image(make_header(), FractureState.ABSENT)
    assert write_pdf(absent) != write_pdf(draft_image(make_header()))


def test_the_file_names_its_study_and_when_it_was_composed_and_not_the_patient() -> None:
    pdf = write_pdf(draft_image(make_header()))
    assert f"({STUDY_INSTANCE_UID})".encode() in pdf
    assert set(re.findall(rb"\(D:(\d{14}[+-]\d\d'\d\d')\)", pdf)) == {
        COMPOSED_AT.strftime("%Y%m%d%H%M%S+01'00'").encode()
    }
    assert not re.search(rb"Doe|Jane|4711|ACC-0815", pdf)


def test_no_typeface_is_left_to_the_reader() -> None:
    pdf = write_pdf(draft_image(make_header()))
    faces = set(re.findall(rb"/BaseFont /([A-Za-z0-9+-]+)", pdf))
    assert faces
    assert all(b"+DejaVuSansCondensed" in face for face in faces)
    assert pdf.count(b"/FontFile2") == len(faces)


@pytest.mark.parametrize(("images", "bound"), [(2, 1_500_000), (20, 6_000_000)])
def test_even_noise_stays_within_bounds(images: int, bound: int) -> None:
    assert len(write_pdf(draft_noise(images))) < bound


def test_every_page_is_counted() -> None:
    headers = [make_header(number=number) for number in range(1, 10)]
    pdf = write_pdf(draft_images(*((header, read_image(header)) for header in headers)))
    assert len(re.findall(rb"/Type /Page\b", pdf)) >= 5


@pytest.mark.parametrize(
    "value", ["(A\\)", "%PDF-1.4 %%EOF", "A" * 64, "א" * 64, "\u202eABC", "A\nB", "<b>&amp;</b>", "'\"`${x}"]
)
def test_whatever_a_header_says_the_report_is_written(value: str) -> None:
    odd = make_header(SpecificCharacterSet="ISO_IR 192", PatientName=value, PatientID=value, StudyDescription=value)
    document = pick(draft_image(odd), DocumentKind.ENCAPSULATED_PDF)[0]
    gate.check(document, draft_image(odd))


def test_a_study_uid_that_is_none_is_named_all_the_same() -> None:
    statement = draft_image(make_header())
    odd = replace(statement, result=replace(statement.result, study_instance_uid="1.2(3)\\4"))
    ds = Dataset()
    ds.EncapsulatedDocument = write_pdf(odd)
    ds.EncapsulatedDocumentLength = len(ds.EncapsulatedDocument)
    assert find_pdf_problems(ds, odd) == []
    assert find_pdf_problems(ds, statement) == ["EncapsulatedDocument does not name the study"]
