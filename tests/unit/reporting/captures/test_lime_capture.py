"""The LIME capture: a series of its own, in the words and the colours of an explanation."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from domain.document import Document, DocumentKind
from reporting.captures.lime_capture import compose_lime
from reporting.captures.part_weights import PartWeights
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    compose_image,
    find,
    make_context,
    make_evidence,
    make_header,
    make_parts,
    make_picture,
    open_document,
    read_image,
    refuse_image,
)


def explain(*, version: int = 1, parts: PartWeights | None = None, header: Dataset | None = None) -> Document:
    header = header or make_header()
    uid = header.SOPInstanceUID
    context, evidence = make_context(version), make_evidence(header)
    (document,) = compose_lime(context, find(read_image(header)), evidence, {uid: parts or make_parts()})
    return document


def opened(document: Document) -> Dataset:
    return dcmread(BytesIO(document.content))


def test_it_is_a_series_of_its_own_beside_the_captures_of_the_answer() -> None:
    ds, answer = opened(explain()), open_document(compose_image(make_header()), DocumentKind.SECONDARY_CAPTURE)
    assert ds.SOPClassUID == answer.SOPClassUID
    assert ds.StudyInstanceUID == answer.StudyInstanceUID
    assert ds.SeriesInstanceUID != answer.SeriesInstanceUID
    assert ds.SeriesNumber != answer.SeriesNumber
    assert ds.SeriesDescription == "AI LIME MAP - NOT FOR DIAGNOSIS"
    assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == make_header().SOPInstanceUID


def test_it_says_how_it_was_made_by_which_models_and_what_it_is_not() -> None:
    ds = opened(explain())
    said = ["LIME (Ribeiro et al. 2016)", "not a diagnosis", "1000 samples", "seed 3", "R2 0.81", "a-model 1.2.0"]
    assert [words for words in said if words not in ds.DerivationDescription] == []
    assert "no finding" in ds.ImageComments
    assert "suspected fracture" in ds.ImageComments.lower()


def test_a_long_list_of_models_leaves_the_words_that_matter() -> None:
    ds = opened(explain(parts=make_parts(models=("m" * 600, "n" * 600))))
    assert len(ds.DerivationDescription) == 1024
    assert "not a diagnosis" in ds.DerivationDescription


def test_the_same_explanation_has_the_same_bytes_and_another_one_another_uid() -> None:
    first = explain()
    assert explain() == first
    others = [explain(version=2), explain(parts=make_parts(seed=4)), explain(parts=make_parts(samples=500))]
    assert len({first.identifier, *(other.identifier for other in others)}) == 4


def test_a_part_that_speaks_for_a_fracture_is_orange_one_against_it_blue_and_the_rest_grey() -> None:
    pixels = opened(explain()).pixel_array.astype(int)
    top = next(row for row in range(pixels.shape[0]) if _is_picture(pixels[row]))
    left = (pixels.shape[1] - COLUMNS) // 2
    shown = pixels[top : top + ROWS, left : left + COLUMNS]
    red, blue = shown[..., 0], shown[..., 2]
    quarter = COLUMNS // 3
    assert (red > blue + 20)[10:50, 5 : quarter - 5].mean() > 0.9
    assert (blue > red + 20)[10:50, quarter + 5 : 2 * quarter - 5].mean() > 0.9
    assert np.abs(red - blue)[10:50, 2 * quarter + 5 :].max() <= 1


def _is_picture(row: np.ndarray) -> bool:
    """Say whether a row of the sheet is one of the picture: its right third is grey and as bright as the picture is."""
    left = (len(row) - COLUMNS) // 2
    return bool(np.array_equal(row[left + COLUMNS - 20 : left + COLUMNS, 0], make_picture()[0, -20:]))


def test_images_that_were_not_read_or_not_explained_have_none() -> None:
    read, other, refused = make_header(), make_header(number=2), make_header(number=3)
    findings = find(read_image(read), read_image(other), refuse_image(refused))
    weights = {each.SOPInstanceUID: make_parts() for each in (other, refused)}
    documents = compose_lime(make_context(), findings, make_evidence(read, other, refused), weights)
    assert [opened(each).SourceImageSequence[0].ReferencedSOPInstanceUID for each in documents] == [
        other.SOPInstanceUID
    ]


@pytest.mark.parametrize("labels", [np.zeros(3, int), np.full((2, 2), 3), np.full((2, 2), -1)])
def test_labels_without_a_weight_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="label"):
        PartWeights(labels, (0.1, 0.2), None, 100, 0, 0.5)
