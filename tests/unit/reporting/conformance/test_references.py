"""A document that refers out of its study, or to an image in a series it has not, does not leave."""

from collections.abc import Callable

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from tests.fakes.spoilt_documents import assert_refused, group, item

REPORT, OVERLAY, CAPTURE = (
    DocumentKind.STRUCTURED_REPORT,
    DocumentKind.PRESENTATION_STATE,
    DocumentKind.SECONDARY_CAPTURE,
)
EVIDENCE = "CurrentRequestedProcedureEvidenceSequence"


def name_another_study(ds: Dataset) -> None:
    ds[EVIDENCE].value[0].StudyInstanceUID = "1.2.3"


def add_other_evidence(ds: Dataset) -> None:
    ds.PertinentOtherEvidenceSequence = ds[EVIDENCE].value


def name_another_series(ds: Dataset) -> None:
    ds[EVIDENCE].value[0].ReferencedSeriesSequence[0].SeriesInstanceUID = "1.2.3"


def measure_another_image(ds: Dataset) -> None:
    item(group(ds, 1), "121112").ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.3"


def forget_the_evidence(ds: Dataset) -> None:
    ds[EVIDENCE].value[0].ReferencedSeriesSequence.pop(0)


def succeed_another_study(ds: Dataset) -> None:
    ds.PredecessorDocumentsSequence = [Dataset()]
    ds.PredecessorDocumentsSequence[0].StudyInstanceUID = "1.2.3"
    ds.PredecessorDocumentsSequence[0].ReferencedSeriesSequence = []


def show_another_series(ds: Dataset) -> None:
    ds.ReferencedSeriesSequence[0].SeriesInstanceUID = "1.2.3"


def show_another_image(ds: Dataset) -> None:
    ds.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"


def draw_another_image(ds: Dataset) -> None:
    ds.SourceImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        (REPORT, name_another_study, "refers to another study"),
        (REPORT, succeed_another_study, "refers to another study"),
        (REPORT, add_other_evidence, "refers to evidence outside the study"),
        (REPORT, name_another_series, "in another series"),
        (REPORT, measure_another_image, "refers to 1.2.3"),
        (REPORT, forget_the_evidence, r"refers to 2\.25"),
        (OVERLAY, show_another_series, "in another series"),
        (OVERLAY, show_another_image, "refers to 1.2.3"),
        (CAPTURE, draw_another_image, "refers to 1.2.3"),
    ],
)
def test_a_reference_that_leads_astray_is_refused(
    kind: DocumentKind, change: Callable[[Dataset], None], problem: str
) -> None:
    assert_refused(kind, change, problem)
