"""What we send must never come back as a radiograph, whichever node made it."""

import pytest

from domain.document import DocumentKind
from domain.finding import FractureState
from inference.eligibility import why_not
from inference.header import read_header
from tests.fakes.report_sources import draft_images, make_header, open_document, read_image


@pytest.mark.parametrize("state", list(FractureState))
@pytest.mark.parametrize(
    "kind", [DocumentKind.SECONDARY_CAPTURE, DocumentKind.SUMMARY_CAPTURE, DocumentKind.HEAT_MAP_CAPTURE]
)
@pytest.mark.parametrize("settings", [{}, {"manufacturer": "Another Name"}], ids=["default", "renamed"])
def test_a_capture_of_ours_is_known_by_what_it_says_of_itself(
    state: FractureState, settings: dict[str, str], kind: DocumentKind
) -> None:
    header = make_header()
    capture = open_document(draft_images((header, read_image(header, state)), heat_maps=tuple(FractureState)), kind)
    capture.Manufacturer = settings.get("manufacturer", capture.Manufacturer)
    reason = why_not(read_header(capture))
    assert reason is not None
    assert reason.code == "own-result"
