"""A document that states another side than its image's header does not leave."""

from collections.abc import Callable

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from reporting import codes
from tests.fakes.spoilt_documents import assert_refused, group, item, put

REPORT = DocumentKind.STRUCTURED_REPORT
DRAWN = (DocumentKind.PRESENTATION_STATE, DocumentKind.SECONDARY_CAPTURE)


def turn(number: int, side: str) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        stated = item(item(group(ds, number), "363698007"), "272741003").ConceptCodeSequence[0]
        stated.CodeValue, stated.CodeMeaning = codes.SIDES[side].value, codes.SIDES[side].meaning

    return change


def lose(ds: Dataset) -> None:
    del item(group(ds, 2), "363698007").ContentSequence


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("side", ["R", "B"])
def test_another_side_in_a_report_is_refused(number: int, side: str) -> None:
    assert_refused(REPORT, turn(number, side), "Finding Site has another side than its image")


def test_a_side_that_a_report_lost_is_missed() -> None:
    assert_refused(REPORT, lose, "Finding Site has another side than its image")


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("keyword", ["Laterality", "ImageLaterality"])
def test_another_side_in_a_header_is_refused(kind: DocumentKind, keyword: str) -> None:
    assert_refused(kind, put(**{keyword: "R"}), "Laterality is not the images'")


def test_a_summary_of_two_sides_states_none() -> None:
    assert_refused(DocumentKind.SUMMARY_CAPTURE, put(Laterality="L"), "Laterality is not the images'")
