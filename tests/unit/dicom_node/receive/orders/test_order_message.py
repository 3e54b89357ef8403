import pytest

from dicom_node.receive.orders.er7 import read_message
from dicom_node.receive.orders.order_message import CONTROLS, OrderUnreadable, read_changes
from domain.order import (
    Authority,
    EntityIdentifier,
    ImagingOrder,
    OrderChange,
    OrderState,
    PatientIdentifier,
    digest_patient_id,
)
from tests.fakes.orders import OMI, ORM, make_message

FIELDS = ("IPC-1", "OBR-18", "ORC-3", "OBR-3")


def read(content: bytes, fields: tuple[str, ...] = FIELDS) -> list[OrderChange]:
    return read_changes(read_message(content, "UNICODE UTF-8"), fields)


def test_an_orm_is_read_with_study_in_zds_and_accession_in_obr_18() -> None:
    (change,) = read(make_message(ORM))
    north = Authority("NORTH", "1.2.840.99", "ISO")
    numbers = (("PID-4711", north), ("999", Authority("SSA")), ("OLD-1", Authority()))
    assert change.order == ImagingOrder(
        placer=EntityIdentifier("PL-1", "RIS"),
        filler=EntityIdentifier("FI-1", "RIS"),
        accession_number="ACC-0815",
        study_instance_uid="1.2.840.1.1",
        patient=tuple(PatientIdentifier(digest_patient_id(number), authority) for number, authority in numbers),
        providers=(("5678", "Cuddy", "Lisa"),),
        procedure=("XRWRI2", "XR wrist 2 views", "LOCAL"),
        laterality="L",
    )


def test_an_omi_is_read_with_study_and_accession_in_ipc() -> None:
    (change,) = read(make_message(OMI))
    order = change.order
    assert order.placer == EntityIdentifier("PL-1", "RIS", "1.2.3", "ISO")
    assert (order.accession_number, order.accession_issuer) == ("ACC-0815", "NORTH")
    assert (order.study_instance_uid, order.filler) == ("1.2.840.1.1", None)
    assert order.providers == (("5678", "Cuddy", "Lisa"), ("1234", "House"))


@pytest.mark.parametrize(
    ("control", "status", "state"),
    [
        ("NW", "", OrderState.ORDERED),
        ("CA", "", OrderState.CANCELLED),
        ("OC", "", OrderState.CANCELLED),
        ("DC", "", OrderState.DISCONTINUED),
        ("XO", "", None),
        ("XO", "CA", OrderState.CANCELLED),
        ("SC", "CM", None),
        ("SC", "CA", OrderState.CANCELLED),
        ("SC", "DC", OrderState.DISCONTINUED),
        ("HD", "", None),
    ],
)
def test_the_order_control_says_whether_the_order_stands(control: str, status: str, state: OrderState | None) -> None:
    for template in (ORM, OMI):
        assert read(make_message(template, control, status=status))[0].state is state


def test_one_message_may_have_several_orders_of_one_study() -> None:
    second = "ORC|NW|PL-2^RIS\rOBR|2|PL-2^RIS||XRHAN2\rZDS|"
    changes = read(make_message().replace(b"ZDS|", second.encode()))
    assert [change.order.placer for change in changes] == [
        EntityIdentifier("PL-1", "RIS"),
        EntityIdentifier("PL-2", "RIS"),
    ]
    assert {change.order.study_instance_uid for change in changes} == {"1.2.840.1.1"}


def test_an_order_without_orc_is_one_too() -> None:
    (change,) = read(b"MSH|^~\\&|RIS\rOBR|1|PL-1\r")
    assert change.order.placer == EntityIdentifier("PL-1")


@pytest.mark.parametrize(
    ("fields", "number"), [(FIELDS, "ACC-0815"), (("ORC-3",), "FI-1"), (("OBR-19",), "RP1"), (("IPC-1",), "")]
)
def test_the_accession_number_stands_where_the_site_says(fields: tuple[str, ...], number: str) -> None:
    assert read(make_message(), fields)[0].order.accession_number == number


def test_a_uid_with_a_path_in_it_is_none() -> None:
    assert read(make_message().replace(b"1.2.840.1.1", b"../../etc"))[0].order.study_instance_uid == ""


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"MSH|^~\\&|RIS\rPID|1\r", "ORC^1^1"),
        (b"MSH|^~\\&|RIS\rORC|NW\rOBR|1\r", "ORC^1^2"),
        (b"MSH|^~\\&|RIS\rORC|NW|1\rORC|??|2\r", "ORC^2^1"),
        (b"MSH|^~\\&|RIS\rORC|NW|" + b"9" * 200 + b"\r", "ORC^1"),
    ],
)
def test_an_order_that_cannot_be_kept_says_which_field_lacks(content: bytes, place: str) -> None:
    with pytest.raises(OrderUnreadable) as unreadable:
        read(content)
    assert unreadable.value.place == place


def test_every_order_control_has_one_meaning() -> None:
    assert CONTROLS["NW"] is OrderState.ORDERED
    assert all(len(code) in (0, 2) for code in CONTROLS)
