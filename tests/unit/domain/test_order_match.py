from dataclasses import replace

import pytest

from domain.order import EntityIdentifier, ImagingOrder, OrderState, PatientIdentifier, digest_patient_id
from domain.order_match import OrderRemark, StudyIdentity, match_orders

ORDER = ImagingOrder(
    placer=EntityIdentifier("PL-1"),
    accession_number="A1",
    accession_issuer="NORTH",
    study_instance_uid="1.1",
    patient=(PatientIdentifier(digest_patient_id("P1")),),
    providers=(("1", "House"),),
    procedure=("XRWRI2", "", ""),
)
CANCELLED = replace(ORDER, state=OrderState.CANCELLED)
STUDY = StudyIdentity("1.1", "A1", "NORTH", "P1")


@pytest.mark.parametrize(
    ("identity", "is_meant"),
    [
        (STUDY, True),
        (replace(STUDY, accession_number="", accession_issuer=""), True),
        (replace(STUDY, study_instance_uid="1.9"), True),
        (replace(STUDY, study_instance_uid="1.9", accession_issuer=""), True),
        (replace(STUDY, study_instance_uid="1.9", accession_issuer="SOUTH"), False),
        (replace(STUDY, study_instance_uid="1.9", accession_number="A2"), False),
        (replace(STUDY, study_instance_uid="1.9", accession_number=""), False),
    ],
)
def test_an_order_is_meant_by_study_then_by_accession_number_and_issuer(
    identity: StudyIdentity, is_meant: bool
) -> None:
    assert (match_orders([ORDER], identity).order is not None) is is_meant


def test_the_study_instance_uid_goes_before_the_accession_number() -> None:
    other = replace(ORDER, placer=EntityIdentifier("PL-2"), study_instance_uid="1.9")
    assert match_orders([other, ORDER], STUDY).orders == (ORDER,)


def test_an_order_of_another_patient_is_never_used() -> None:
    found = match_orders([ORDER], replace(STUDY, patient_id="P2"))
    assert (found.orders, found.order, found.remark) == ((), None, OrderRemark.PATIENT_CONTRADICTS)


@pytest.mark.parametrize("patient_id", ["P1", " P1 ", ""])
def test_a_patient_that_one_of_them_does_not_name_contradicts_nothing(patient_id: str) -> None:
    assert match_orders([ORDER], replace(STUDY, patient_id=patient_id)).order == ORDER
    assert match_orders([replace(ORDER, patient=())], STUDY).order is not None


def test_a_cancelled_order_fills_nothing_and_says_so() -> None:
    found = match_orders([CANCELLED], STUDY)
    assert (found.order, found.remark) == (None, OrderRemark.CANCELLED)


def test_of_several_orders_only_what_they_agree_on_is_used() -> None:
    second = replace(ORDER, placer=EntityIdentifier("PL-2"), procedure=("XRHAN2", "", ""))
    found = match_orders([ORDER, second, CANCELLED], STUDY)
    assert found.remark is OrderRemark.SEVERAL
    assert found.order is not None
    assert (found.order.placer, found.order.procedure, found.order.providers) == (
        None,
        ("", "", ""),
        (("1", "House"),),
    )


def test_orders_that_agree_on_no_number_fill_nothing() -> None:
    first, second = (replace(ORDER, placer=EntityIdentifier(number), accession_number=number) for number in ("1", "2"))
    assert match_orders([first, second], STUDY).order is None


def test_nothing_is_found_among_nothing() -> None:
    assert match_orders([], STUDY).remark is None
