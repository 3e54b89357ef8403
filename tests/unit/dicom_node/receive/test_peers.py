"""Which sender a peer is, and what it may send."""

import pytest
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
)

from config.settings import Settings
from dicom_node.receive.contexts import STORAGE_SOP_CLASSES
from dicom_node.receive.peers import AssociationRequest, find_sender, sop_classes_for

SETTINGS = Settings.model_validate(
    {
        "sender": [
            {"ae_title": "*", "address": "10.0.0.0/8"},
            {"ae_title": "BUCKY", "sop_classes": ["DX", "CR"]},
            {"ae_title": "SCANNER", "tls": "required"},
        ],
        "application_entity": [{"ae_title": "TRAUMA", "sop_classes": ["dx", "SecondaryCaptureImageStorage"]}],
    }
)


@pytest.mark.parametrize(
    ("calling", "called", "address", "expected"),
    [
        ("ANYBODY", "OSTEONODE", "10.1.1.1", set(STORAGE_SOP_CLASSES)),
        ("ANYBODY", "OSTEONODE", "11.1.1.1", set()),
        ("BUCKY", "OSTEONODE", "10.1.1.1", {DigitalXRayImageStorageForPresentation, ComputedRadiographyImageStorage}),
        ("BUCKY", "TRAUMA", "11.1.1.1", {DigitalXRayImageStorageForPresentation}),
        ("ANYBODY", "TRAUMA", "10.1.1.1", {DigitalXRayImageStorageForPresentation, SecondaryCaptureImageStorage}),
    ],
)
def test_a_peer_may_send_what_it_and_the_title_that_it_calls_both_allow(
    calling: str, called: str, address: str, expected: set[str]
) -> None:
    assert sop_classes_for(AssociationRequest(calling, called, address), SETTINGS) == expected


def test_the_entry_of_its_own_title_goes_before_the_star() -> None:
    found = find_sender(AssociationRequest(" BUCKY ", "OSTEONODE", "10.1.1.1"), SETTINGS)
    assert found is not None
    assert found.ae_title == "BUCKY"


def test_in_plain_text_an_entry_that_asks_for_tls_is_passed_over() -> None:
    plain = AssociationRequest("SCANNER", "OSTEONODE", "10.1.1.1")
    encrypted = AssociationRequest("SCANNER", "OSTEONODE", "10.1.1.1", encrypted=True)
    found = [find_sender(request, SETTINGS) for request in (plain, encrypted)]
    assert [sender.ae_title if sender else None for sender in found] == ["*", "SCANNER"]
