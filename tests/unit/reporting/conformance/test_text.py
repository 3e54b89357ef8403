"""Text that a document's character set cannot carry is refused, not written as question marks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from domain.errors import DocumentError
from reporting.conformance import gate
from reporting.conformance.text import find_lost_text
from reporting.instance import Slot, write
from tests.fakes.report_sources import pick
from tests.fakes.spoilt_documents import assert_refused, compose_good, group, put, state_good

REPORT = DocumentKind.STRUCTURED_REPORT


def rename(ds: Dataset, text: str) -> None:
    group(ds, 1).ConceptNameCodeSequence[0].CodeMeaning = text


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        (REPORT, lambda ds: rename(ds, "Größe"), "CodeMeaning is not ASCII"),
        (REPORT, put(SeriesDescription="Fraktur für Müller"), "SeriesDescription is not ASCII"),
        (REPORT, put(CompletionFlagDescription="à moitié"), "CompletionFlagDescription is not ASCII"),
        (DocumentKind.PRESENTATION_STATE, put(ContentDescription="Übersicht"), "ContentDescription is not ASCII"),
        (DocumentKind.SECONDARY_CAPTURE, put(ImageComments="Brüche"), "ImageComments is not ASCII"),
    ],
)
def test_words_of_ours_that_are_not_ascii_are_refused(
    kind: DocumentKind, change: Callable[[Dataset], None], problem: str
) -> None:
    def change_in_utf_8(ds: Dataset) -> None:
        ds.SpecificCharacterSet = "ISO_IR 192"
        change(ds)

    assert_refused(kind, change_in_utf_8, problem)


@pytest.mark.parametrize(
    ("character_set", "text"),
    [
        ("", "fractura de la muñeca"),
        ("ISO_IR 100", "كسر"),
        ("ISO_IR 127", "fractura de la muñeca"),
        ("ISO_IR 999", "كسر"),
        ("ISO 2022 IR 87", "كسر"),
    ],
)
def test_a_text_of_another_character_set_is_refused_before_it_is_written(character_set: str, text: str) -> None:
    ds = Dataset()
    ds.SOPInstanceUID, ds.SpecificCharacterSet, ds.TextValue = "1.2.3", character_set, text
    with pytest.raises(DocumentError, match="structured_report: TextValue is outside the character set"):
        write(ds, Slot(REPORT, "SR", "", 1), state_good())


@pytest.mark.parametrize(
    ("character_set", "text"), [("ISO_IR 100", "muñeca"), ("ISO_IR 127", "كسر"), ("ISO_IR 192", "骨折 كسر")]
)
def test_a_text_that_its_character_set_carries_may_stand_in_the_language_of_the_site(
    character_set: str, text: str
) -> None:
    ds = Dataset()
    ds.SpecificCharacterSet, ds.TextValue = character_set, text
    assert find_lost_text(ds) == []


def test_bytes_that_are_not_of_their_character_set_are_found_when_they_are_read_back() -> None:
    good = pick(compose_good(), REPORT)[0]
    assert b"AI result, preliminary" in good.content
    spoilt = replace(good, content=good.content.replace(b"AI result, preliminary", b"AI r\xe9sult, preliminary"))
    with pytest.raises(DocumentError, match="TextValue is outside the character set"):
        gate.check(spoilt, state_good())


def test_what_the_source_wrote_stands_as_it_came() -> None:
    ds = Dataset()
    ds.SpecificCharacterSet, ds.PatientName, ds.PatientComments = "ISO_IR 100", "山田^太郎", "كسر"
    assert find_lost_text(ds) == []
