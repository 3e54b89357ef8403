"""What header and models, or a header and itself, say against each other stands in the PDF as poppler reads it."""

from pathlib import Path

import pytest

from reporting.pdf.report import write_pdf
from tests.fakes.report_sources import draft_images, make_header, read_image
from tests.peers.poppler import read_text

pytestmark = pytest.mark.peer("poppler-utils")


@pytest.mark.parametrize(
    ("elements", "warning"),
    [
        ({"BodyPartExamined": "KNEE"}, "body part according to the header: knee; according to the models: hand"),
        (
            {"Laterality": "L", "StudyDescription": "XR RIGHT WRIST"},
            "side according to the header: left; according to its description: right",
        ),
        (
            {"ViewPosition": "PA", "SeriesDescription": "LATERAL"},
            "view according to the header: frontal; according to its description: lateral",
        ),
    ],
    ids=["body part", "side", "view"],
)
def test_the_report_warns_of_a_contradiction(elements: dict[str, str], warning: str, tmp_path: Path) -> None:
    header, path = make_header(**elements), tmp_path / "report.pdf"
    path.write_bytes(write_pdf(draft_images((header, read_image(header)))))
    assert f"contradiction to be checked, {warning}" in " ".join(read_text(path, "-raw"))
