"""What a message takes from the order that the study was made for."""

from dataclasses import replace
from typing import Any

import pytest

from domain.document import DocumentKind
from domain.errors import DocumentError
from domain.order import Authority, EntityIdentifier, ImagingOrder, PatientIdentifier, digest_patient_id
from reporting.conformance.gate import check
from reporting.hl7 import ordering
from reporting.statement import StudyStatement
from tests.fakes.report_sources import draft_image, make_header, open_message, pick

NORTH = Authority("NORTH", "1.2.840.99", "ISO")
ORDER = ImagingOrder(
    placer=EntityIdentifier("PL|1", "RIS", "1.2.840.99.1.2.3", "ISO"),
    filler=EntityIdentifier("FI-1", "RIS"),
    accession_number="ACC-0815",
    patient=(
        PatientIdentifier(digest_patient_id("999"), Authority("SSA")),
        PatientIdentifier(digest_patient_id("PID-4711"), NORTH),
    ),
    providers=(("5678", "Cuddy", "Lisa"), ("1234", "قباني")),
)


def draft(order: ImagingOrder | None = ORDER, **header: Any) -> StudyStatement:
    statement = draft_image(make_header(**header))
    return replace(statement, study=replace(statement.study, order=order))


def test_the_orders_numbers_and_providers_stand_in_orc_and_obr_as_they_came() -> None:
    statement = draft()
    message = open_message(statement)
    (orc,), (obr,) = message["ORC"], message["OBR"]
    assert orc[2] == obr[2] == "PL\\F\\1^RIS^1.2.840.99.1.2.3^ISO"
    assert orc[3] == obr[3] == "FI-1^RIS"
    assert orc[12] == obr[16] == "5678^Cuddy^Lisa~1234^قباني"
    assert obr[18] == "ACC-0815"
    check(pick(statement, DocumentKind.HL7_ORU)[0], statement)


def test_without_an_order_the_message_is_what_it_was() -> None:
    (obr,) = open_message(draft(None))["OBR"]
    assert (obr[2], obr[3], obr[16]) == ("", "ACC-0815^OSTEONODE", "")


def test_an_order_without_a_filler_number_leaves_ours() -> None:
    (obr,) = open_message(draft(replace(ORDER, filler=None)))["OBR"]
    assert obr[3] == "ACC-0815^OSTEONODE"


@pytest.mark.parametrize(
    ("header", "order", "authority"),
    [
        ({}, ORDER, "NORTH"),
        ({"IssuerOfPatientID": ""}, ORDER, "NORTH&1.2.840.99&ISO"),
        ({"IssuerOfPatientID": ""}, None, "HOSPITAL"),
        ({"IssuerOfPatientID": "", "PatientID": "OTHER"}, replace(ORDER, patient=()), "HOSPITAL"),
    ],
)
def test_the_assigning_authority_is_that_of_the_image_then_of_the_order_then_of_the_site(
    header: dict[str, str], order: ImagingOrder | None, authority: str
) -> None:
    statement = draft(order, **header)
    (pid,) = open_message(statement)["PID"]
    assert pid[3].split("^")[3] == authority
    check(pick(statement, DocumentKind.HL7_ORU)[0], statement)


def test_a_provider_or_number_that_does_not_fit_is_left_out_whole() -> None:
    long = replace(ORDER, providers=(("1", "x" * 300), ("2", "House")), placer=EntityIdentifier("9" * 500))
    assert ordering.ordering_providers(long) == "2^House"
    assert ordering.placer_number(long) == ""


@pytest.mark.parametrize("old", [b"PL\\F\\1", b"FI-1", b"Cuddy"])
def test_a_message_that_says_another_order_does_not_leave(old: bytes) -> None:
    statement = draft()
    document = pick(statement, DocumentKind.HL7_ORU)[0]
    assert old in document.content
    with pytest.raises(DocumentError, match="is not the order's"):
        check(replace(document, content=document.content.replace(old, b"XX")), statement)
