"""Reports with suggestions of guidelines, before a validator that nobody here wrote."""

from pathlib import Path

import pytest
from pydicom.uid import UID

from domain.document import DocumentKind
from domain.finding import FractureState
from reporting.recommendations import suggest
from tests.fakes.report_sources import VARIANTS, draft_images, pick, read_image
from tests.peers.validators import find_errors

pytestmark = pytest.mark.peer("dcmtk", "dicom3tools")
REPORTS = (DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC)


@pytest.mark.parametrize("name", ["cr", "missing type 2", "japanese", "arabic", "utf-8", "no body part"])
def test_a_report_with_suggestions_is_valid(name: str, tmp_path: Path) -> None:
    header = VARIANTS[name]()
    statement = draft_images((header, read_image(header, FractureState.DOUBT)), recommendations=True)
    assert suggest(statement, statement.images[0])
    for kind in REPORTS:
        (report,) = pick(statement, kind)
        path = tmp_path / report.file_name
        path.write_bytes(report.content)
        assert find_errors(path, UID(report.sop_class_uid)) == []
