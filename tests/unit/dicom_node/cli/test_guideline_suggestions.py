"""What guidelines suggest, as `osteonode read` prints and writes it."""

from pathlib import Path

import pytest
from pydicom import Dataset

from dicom_node.cli.guideline_suggestions import list_suggestions, print_suggestions
from dicom_node.cli.image_files import ImageFile
from dicom_node.cli.offline_reading import Answered
from dicom_node.ports import ReadImage
from domain.finding import FractureState
from tests.fakes.report_sources import make_header, read_image


def answer(header: Dataset | None, state: FractureState = FractureState.DOUBT) -> Answered:
    reading = read_image(header or make_header(), state, region="hip")
    return Answered(ImageFile(Path("a.dcm"), header), ReadImage(reading))


HIP = make_header(BodyPartExamined="HIP")


def test_a_suggestion_is_an_object_with_its_source() -> None:
    (suggestion,) = list_suggestions(answer(HIP))
    assert suggestion["text"].startswith("If a hip fracture is still suspected")
    assert suggestion["note"] == "Suggestion of a guideline - not a diagnosis, not an order"
    assert suggestion["guideline"] == "NICE CG124, Hip fracture: management"
    assert (suggestion["clause"], suggestion["year"]) == ("1.1.1", 2014)
    assert suggestion["url"] == "https://www.nice.org.uk/guidance/cg124/chapter/recommendations"
    assert suggestion["applies_to"].startswith("adults")


def test_a_file_without_a_header_has_none_that_asks_for_an_age() -> None:
    assert list_suggestions(answer(None)) == []


def test_suggestions_are_printed_with_file_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    print_suggestions([answer(HIP), answer(HIP, FractureState.ABSENT)])
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("a.dcm: If a hip fracture is still suspected")
    assert second.startswith("  Suggestion of a guideline - not a diagnosis, not an order. Source: NICE CG124")
