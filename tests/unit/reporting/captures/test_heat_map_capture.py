"""The heat map capture, looked at as a viewer shows it: where it is warm, in which series, and when there is none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset

from domain.document import Document, DocumentKind
from domain.finding import FractureState
from domain.tier import Tier
from reporting.compose import compose
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement
from reporting.statement import state as say
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    draft_image,
    draft_images,
    find,
    make_context,
    make_evidence,
    make_header,
    make_map,
    make_picture,
    open_document,
    pick,
    read_image,
    refuse_image,
)

HEAT = DocumentKind.HEAT_MAP_CAPTURE
STATES = list(FractureState)


def say_with(header: Dataset, **evidence: Any) -> StudyStatement:
    (whole,) = make_evidence(header)
    return say(make_context(), find(read_image(header)), [replace(whole, **evidence)])


def crop(ds: Dataset, rows: int, columns: int) -> np.ndarray:
    """The picture on the sheet: below the banner, whose coloured bar ends where it begins, in the middle."""
    pixels = ds.pixel_array.astype(int)
    top = int(np.flatnonzero(pixels[:, 1].max(axis=1) > 100).max()) + 1
    left = (pixels.shape[1] - columns) // 2
    return np.asarray(pixels[top : top + rows, left : left + columns])


def hottest(picture: np.ndarray) -> tuple[float, float]:
    """(x, y) of the middle of what is coloured most, as shares of the picture."""
    warm = picture[..., 0] - picture[..., 2]
    rows, columns = np.nonzero(warm >= warm.max() * 0.8)
    return (columns.mean() + 0.5) / picture.shape[1], (rows.mean() + 0.5) / picture.shape[0]


@pytest.mark.parametrize(
    ("elements", "shown"),
    [
        ({}, (ROWS, COLUMNS)),
        ({"PhotometricInterpretation": "MONOCHROME1"}, (ROWS, COLUMNS)),
        ({"Rows": 150, "Columns": 400}, (150, 400)),
        ({"Rows": 3000, "Columns": 1000}, (1024, 341)),
        ({"ImagerPixelSpacing": ["0.2", "0.1"]}, (2 * ROWS, COLUMNS)),
    ],
    ids=["upright", "MONOCHROME1", "wide", "reduced", "oblong pixels"],
)
def test_a_hot_cell_is_warm_at_its_place_in_the_image(elements: dict[str, Any], shown: tuple[int, int]) -> None:
    picture = crop(open_document(draft_image(make_header(**elements)), HEAT), *shown)
    assert hottest(picture) == pytest.approx((1.5 / 6, 3.5 / 8), abs=0.012)


def test_a_map_on_a_canvas_with_margins_is_warm_where_its_cell_lies_on_the_image() -> None:
    header = make_header()
    # Square cells of a square canvas: half a cell of it lies left of the image, a cell above.
    evidence = make_map(header, left_px=-20.0, top_px=-40.0, cell_width_px=40.0, cell_height_px=40.0)
    picture = crop(open_document(say_with(header, heat_map=evidence), HEAT), ROWS, COLUMNS)
    assert hottest(picture) == pytest.approx((40 / COLUMNS, 100 / ROWS), abs=0.012)


def test_far_from_the_hot_cell_the_picture_is_the_image_as_it_is_displayed() -> None:
    picture = crop(open_document(draft_image(make_header()), HEAT), ROWS, COLUMNS)
    assert np.array_equal(picture[160:], np.repeat(make_picture()[160:, :, None], 3, axis=2))


def test_it_is_a_series_of_its_own_that_is_called_grad_cam_only_where_it_is_that() -> None:
    header = make_header()
    cam, centres = (
        open_document(say_with(header, heat_map=make_map(header, method=method)), HEAT)
        for method in ("grad-cam, closed form", "detector centres")
    )
    assert cam.SeriesDescription == "AI GRAD-CAM HEAT MAP - NOT FOR DIAGNOSIS"
    assert centres.SeriesDescription == "AI HEAT MAP - NOT FOR DIAGNOSIS"
    assert cam.SeriesInstanceUID != centres.SeriesInstanceUID
    assert "detector centres" in centres.DerivationDescription
    assert (cam.Modality, cam.PhotometricInterpretation, cam.BurnedInAnnotation) == ("OT", "RGB", "NO")
    assert cam.SourceImageSequence[0].ReferencedSOPInstanceUID == header.SOPInstanceUID


def test_it_says_what_it_is_and_what_it_is_not() -> None:
    ds = open_document(draft_image(make_header()), HEAT)
    assert "no finding, nor the extent of one" in ds.ImageComments
    assert "not a diagnosis" in ds.DerivationDescription
    assert "from 0 to 0.8" in ds.DerivationDescription
    assert (ds.Laterality, ds.BodyPartExamined, list(ds.PatientOrientation)) == ("L", "WRIST", ["R", "F"])


@pytest.mark.parametrize(("wanted", "made"), [(STATES[:1], 1), ([FractureState.ABSENT], 0), ([], 0)])
def test_the_site_says_which_statements_get_one(wanted: list[FractureState], made: int) -> None:
    header = make_header()
    said = draft_images((header, read_image(header, STATES[0])), heat_maps=tuple(wanted))
    assert len(pick(said, HEAT)) == made


@pytest.mark.parametrize(("tier", "made"), [(Tier.FULL, 1), (Tier.TYPES, 0), (Tier.CLASSIFICATION, 0)])
def test_a_tier_without_places_has_no_map_of_them(tier: Tier, made: int) -> None:
    header = make_header()
    said = say(replace(make_context(), tier=tier), find(read_image(header)), make_evidence(header))
    assert len(pick(said, HEAT)) == made


def test_by_default_no_fracture_and_not_analysed_get_none() -> None:
    absent, refused = make_header(), make_header(number=2)
    said = draft_images((absent, read_image(absent, FractureState.ABSENT)), (refused, refuse_image(refused)))
    assert pick(said, HEAT) == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"heat_map": None}, "no model shows where it looked"),
        ({"heat_map": Path("gone.json")}, "the heat map is missing"),
        ({"heat_map": Path(__file__)}, "the heat map cannot be decoded"),
        ({"heat_map": make_map(make_header(number=2))}, "a heat map is that of another image"),
    ],
)
def test_without_a_map_of_its_own_the_answer_leaves_all_the_same_and_says_why(
    broken: dict[str, Any], reason: str
) -> None:
    said = say_with(make_header(), **broken)
    composition = compose(said.study, said.result, [said.images[0].evidence])
    assert [(each.kind, each.reason) for each in composition.withheld] == [(HEAT, f"image 1: {reason}")]
    assert {document.kind for document in composition.documents} >= {DocumentKind.SECONDARY_CAPTURE}


def test_each_image_has_the_map_of_its_own() -> None:
    headers = [make_header(), make_header(number=2)]
    pairs = [(header, read_image(header)) for header in headers]
    second = make_map(headers[1], left_px=COLUMNS / 2, cell_width_px=COLUMNS / 12)
    first, other = make_evidence(*headers)
    said = say(make_context(), find(*(read for _, read in pairs)), [replace(other, heat_map=second), first])
    places = [hottest(crop(open_document(said, HEAT, index), ROWS, COLUMNS))[0] for index in range(2)]
    assert places == pytest.approx([1.5 / 6, 0.5 + 1.5 / 12], abs=0.012)


def test_its_side_is_bounded_by_its_own_setting() -> None:
    header = make_header(Rows=2000, Columns=1500)
    ds = open_document(draft_images((header, read_image(header)), heat_map_side_px=400), HEAT)
    assert crop(ds, 400, 300).shape == (400, 300, 3)
    assert ds.Rows < 400 + 200
    assert [float(value) for value in ds.ImagerPixelSpacing] == pytest.approx([0.875, 0.875])


def test_a_map_from_a_file_is_that_of_memory(tmp_path: Path) -> None:
    header = make_header()
    path = tmp_path / "map.json"
    path.write_bytes(make_map(header).encode())
    made: list[list[Document]] = [pick(say_with(header, heat_map=each), HEAT) for each in (path, make_map(header))]
    assert made[0] == made[1]


def test_the_evidence_of_an_image_need_not_have_a_map() -> None:
    assert ImageEvidence(make_header()).evidence_map is None
