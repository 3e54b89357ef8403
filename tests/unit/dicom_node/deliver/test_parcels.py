from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage

from dicom_node.deliver.parcels import plan
from domain.document import Document, DocumentKind
from tests.fakes.documents import SOP_CLASS_UIDS, make_answer, make_dicom_document

REPORT = make_dicom_document(DocumentKind.STRUCTURED_REPORT)
BASIC = make_dicom_document(DocumentKind.STRUCTURED_REPORT_BASIC)
EVERYTHING = frozenset(map(str, SOP_CLASS_UIDS.values()))


def test_the_report_is_sent_where_both_are_accepted() -> None:
    (parcel,) = plan([BASIC, REPORT], EVERYTHING)
    assert (parcel.document, parcel.spared, parcel.accepted) == (REPORT, BASIC, True)


def test_the_stand_in_is_sent_where_only_it_is_accepted() -> None:
    (parcel,) = plan([REPORT, BASIC], frozenset([ComprehensiveSRStorage]))
    assert (parcel.document, parcel.spared, parcel.accepted) == (BASIC, REPORT, True)


def test_neither_is_sent_where_neither_is_accepted() -> None:
    (parcel,) = plan([REPORT, BASIC], frozenset())
    assert (parcel.document, parcel.spared, parcel.accepted) == (REPORT, BASIC, False)


def test_a_stand_in_alone_is_a_document_like_any_other() -> None:
    (parcel,) = plan([BASIC], frozenset([ComprehensiveSRStorage]))
    assert (parcel.document, parcel.spared, parcel.accepted) == (BASIC, None, True)


def test_a_report_of_another_version_is_no_stand_in() -> None:
    parcels = plan([REPORT, replace(BASIC, version=2)], frozenset([ComprehensiveSRStorage]))
    assert [(parcel.document.kind, parcel.accepted) for parcel in parcels] == [
        (DocumentKind.STRUCTURED_REPORT, False),
        (DocumentKind.STRUCTURED_REPORT_BASIC, True),
    ]


def test_reports_go_before_the_summary_before_captures_before_presentation_states() -> None:
    documents = (*make_answer(), make_dicom_document(DocumentKind.SUMMARY_CAPTURE))
    kinds = [parcel.document.kind for parcel in plan(documents, EVERYTHING)]
    assert kinds == ["structured_report", "summary_capture", "secondary_capture", "presentation_state"]


@given(st.permutations(make_answer()), st.sets(st.sampled_from(sorted(EVERYTHING))))
def test_every_document_is_in_one_parcel_and_one_report_at_most_is_sent(
    documents: list[Document], accepted: set[str]
) -> None:
    parcels = plan(documents, frozenset(accepted))
    covered = [each.identifier for parcel in parcels for each in (parcel.document, parcel.spared) if each]
    assert sorted(covered) == sorted(document.identifier for document in documents)
    reports = {Comprehensive3DSRStorage, ComprehensiveSRStorage}
    sent = [parcel for parcel in parcels if parcel.accepted and parcel.document.sop_class_uid in reports]
    assert len(sent) == bool(reports & accepted)
