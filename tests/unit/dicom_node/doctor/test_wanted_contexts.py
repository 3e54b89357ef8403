from typing import Any

from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EncapsulatedPDFStorage,
    SecondaryCaptureImageStorage,
)

from config.profiles import SOP_CLASSES
from config.settings import Destination, Settings
from dicom_node.doctor.wanted_contexts import _UIDS, is_spared, stand_in_of, wanted_of
from domain.document import DocumentKind

PACS: dict[str, Any] = {"name": "pacs", "kind": "dicom", "ae_title": "PACS", "host": "127.0.0.1", "port": 104}


def wanted(site: dict[str, Any] | None = None, **keys: Any) -> dict[Any, Any]:
    return dict(wanted_of(Destination(**PACS, **keys), Settings.model_validate(site or {})))


def test_every_class_that_a_kind_has_is_known_by_its_uid() -> None:
    assert set(SOP_CLASSES.values()) <= set(_UIDS)


def test_what_a_site_does_not_make_is_not_asked_for() -> None:
    kinds = {kind for each in wanted().values() for kind in each}
    assert not kinds & {DocumentKind.ENCAPSULATED_PDF, DocumentKind.LIME_CAPTURE, DocumentKind.REJECTION_NOTE}


def test_what_a_site_asks_for_is() -> None:
    assert EncapsulatedPDFStorage in wanted({"reporting": {"optional_documents": ["encapsulated_pdf"]}})
    assert "rejection_note" in str(wanted(rejection_notes="quality"))


def test_a_report_that_is_refused_goes_as_its_stand_in_where_that_is_accepted() -> None:
    accepted = frozenset({ComprehensiveSRStorage, SecondaryCaptureImageStorage})
    assert stand_in_of(Comprehensive3DSRStorage, wanted(), accepted) == ComprehensiveSRStorage
    assert stand_in_of(Comprehensive3DSRStorage, wanted(), frozenset({SecondaryCaptureImageStorage})) is None


def test_a_stand_in_that_nobody_needs_is_not_missed() -> None:
    assert is_spared(ComprehensiveSRStorage, wanted(), frozenset({Comprehensive3DSRStorage}))
    assert not is_spared(ComprehensiveSRStorage, wanted(), frozenset())
    assert not is_spared(SecondaryCaptureImageStorage, wanted(), frozenset({Comprehensive3DSRStorage}))
