"""The PDF report as poppler and qpdf read it: the findings of this patient, boxes in their place, on every page."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from domain.document import Document, DocumentKind
from domain.finding import Box, FractureState
from reporting.captures.secondary_capture import COLOURS
from reporting.evidence import ImageEvidence
from reporting.pdf.report import write_pdf
from reporting.pdf.typeface import runs_from_right
from reporting.statement import StudyStatement, state
from reporting.translation import LANGUAGES
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    VARIANTS,
    draft_image,
    draft_images,
    find,
    make_context,
    make_header,
    pick,
    read_image,
    refuse_image,
)
from tests.peers.poppler import find_faults, read_text, render

pytestmark = pytest.mark.peer("poppler-utils", "qpdf")


def save(pdf: bytes, folder: Path) -> Path:
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    return path


def draft_every_state(**settings: object) -> StudyStatement:
    headers = [make_header(number=number) for number in range(1, 5)]
    readings = [read_image(header, level) for header, level in zip(headers, FractureState, strict=False)]
    pairs = zip(headers, [*readings, refuse_image(headers[3])], strict=True)
    return draft_images(*pairs, **settings)


def test_every_finding_stands_in_the_text_in_its_order(tmp_path: Path) -> None:
    text = " ".join(read_text(save(write_pdf(draft_every_state()), tmp_path), "-raw"))
    found = [
        *("Result for the study: suspected fracture; fracture probability 93%.", "Images analysed: 3 of 4."),
        *(
            "Image 1 (series 1, instance 1)",
            "Suspected fracture",
            "Fracture probability 93%",
            "Places marked: 1; place 1: 93%",
        ),
        *("Image 2 (series 2, instance 1)", "No fracture detected", "Fracture probability 3%"),
        *("Image 3 (series 3, instance 1)", "Doubt, a fracture is not excluded", "Fracture probability 41%"),
        *("Image 4 (series 4, instance 1)", "Not analysed", "Reason: the body part in the header is not one"),
        *("Models and operating points", "region-mobilenet 1.2, fracture-mobilenet 1.2", "bundle of models: limbs-1"),
        "hand, wrist or forearm: doubt from 22%, suspected fracture from 50%",
        "every other region: doubt from 8%, suspected fracture from 31%",
    ]
    places = [text.find(each) for each in found]
    assert -1 not in places, found[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_names_patient_study_and_number_and_is_well_formed(language: str, tmp_path: Path) -> None:
    statement = draft_every_state(language=language)
    path = save(write_pdf(statement), tmp_path)
    pages = read_text(path, "-raw")
    assert find_faults(path) == []
    assert len(pages) > 1
    for page in pages:
        for words in (
            "Dr Doe, Jane Q, III",
            "PID-4711 (NORTH)",
            "1980-01-31",
            "ACC-0815",
            statement.study_instance_uid,
        ):
            assert words in page


def test_an_arabic_report_is_read_in_the_order_of_speech(tmp_path: Path) -> None:
    pages = read_text(save(write_pdf(draft_every_state(language="ar")), tmp_path))
    assert all(runs_from_right(page) for page in pages)
    for words in ("نتيجة أولية من برنامج ذكاء اصطناعي", "اشتباه في وجود كسر", "لم يرصد البرنامج أي كسر"):
        assert any(words in page for page in pages), words


def test_arabic_runs_from_the_right_edge_and_pictures_are_not_mirrored(tmp_path: Path) -> None:
    header, picture = make_header(), np.full((ROWS, COLUMNS), 20, np.uint8)
    picture[:, : COLUMNS // 2] = 240
    pages = {}
    for language in ("en", "ar"):
        context = make_context(language=language)
        reading = read_image(header, FractureState.ABSENT)
        pdf = write_pdf(state(context, find(reading), [ImageEvidence(header, picture)]))
        pages[language] = render(save(pdf, tmp_path))
    for language, page in pages.items():
        dark_rows, dark = np.nonzero(page.max(axis=2) < 24)
        row = page[int(np.median(dark_rows))].astype(int)
        assert row[dark.min() - 20].mean() > 220, "white lies left of dark, as in the image"
        assert bool(dark.mean() > page.shape[1] / 2) is (language == "ar")


@pytest.mark.parametrize(
    "box", [Box("fracture", 0.93, 20.0, 60.0, 71.0, 110.0), Box("fracture", 0.9, 100.0, 180.0, 170.0, 230.0)]
)
def test_a_box_is_drawn_around_what_it_marks(box: Box, tmp_path: Path) -> None:
    header, picture = make_header(), np.zeros((ROWS, COLUMNS), np.uint8)
    picture[round(box.y_min_px) : round(box.y_max_px), round(box.x_min_px) : round(box.x_max_px)] = 255
    statement = state(make_context(), find(read_image(header, boxes=(box,))), [ImageEvidence(header, picture)])
    page = render(save(write_pdf(statement), tmp_path)).astype(int)
    line = np.abs(page - COLOURS[FractureState.PRESENT]).max(axis=2) < 12
    line[:, round(page.shape[1] * 0.35) :] = False  # there the place stands enlarged
    # The sides of the box: the label has its colour, and no straight line as long.
    columns, rows = np.flatnonzero(line.sum(axis=0) > 60), np.flatnonzero(line.sum(axis=1) > 60)
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    inside = page[top + 6 : bottom - 6, left + 6 : right - 6]
    assert inside.min() > 235, "what is marked fills its box"
    assert page[bottom + 5 : bottom + 10, left:right].max() < 40, "and ends with it, below"
    assert page[top:bottom, right + 5 : right + 10].max() < 40, "and at its side"


def test_every_variant_names_its_own_patient(tmp_path: Path) -> None:
    for name, make in VARIANTS.items():
        statement = draft_image(make())
        text = " ".join(read_text(save(write_pdf(statement), tmp_path)))
        family = str(statement.images[0].source.header.get("PatientName") or "").split("^")[0]
        expected = family or "not stated"
        if name in ("arabic", "half-width kana"):
            expected = "PID-4711"
        assert expected in text, name


def test_two_patients_at_once_never_mix(tmp_path: Path) -> None:
    def write(number: int) -> bytes:
        return write_pdf(draft_image(make_header(PatientName=f"Family{number}^A", PatientID=f"ID-{number:03}")))

    with ThreadPoolExecutor(8) as threads:
        reports = list(threads.map(write, range(100, 108)))
    assert reports == [write(number) for number in range(100, 108)]
    for number, pdf in zip(range(100, 102), reports, strict=False):
        text = " ".join(read_text(save(pdf, tmp_path)))
        assert f"Family{number}" in text
        assert f"ID-{number}" in text
        assert not any(f"Family{other}" in text for other in range(100, 108) if other != number)


def test_the_document_in_the_archive_holds_a_report_that_opens(tmp_path: Path) -> None:
    document: Document = pick(draft_image(make_header()), DocumentKind.ENCAPSULATED_PDF)[0]
    ds = dcmread(BytesIO(document.content))
    path = save(ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength], tmp_path)
    assert find_faults(path) == []
    assert ds.PatientID in read_text(path)[0]
