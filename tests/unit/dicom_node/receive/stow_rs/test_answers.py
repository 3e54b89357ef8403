"""What a client is told."""

import json
from xml.etree import ElementTree

import pytest

from dicom_node.receive.door import Passage
from dicom_node.receive.statuses import ANSWERS, Outcome
from dicom_node.receive.stow_rs.answers import JSON, XML, choose_status, describe, encode, remark

NEW = Passage(Outcome.STORED, "1.2.840.10008.5.1.4.1.1.1", "1.2.3")
CUT = Passage(Outcome.TRUNCATED, "1.2.840.10008.5.1.4.1.1.1", "1.2.4")
NAMELESS = Passage(Outcome.NOT_PART10)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([Outcome.STORED], 200),
        ([Outcome.DUPLICATE, Outcome.OWN_RESULT, Outcome.CONFLICT], 200),
        ([Outcome.STORED, Outcome.TRUNCATED], 202),
        ([Outcome.TRUNCATED], 409),
        ([Outcome.CLASS_UNSUPPORTED, Outcome.NOT_PART10], 409),
        ([Outcome.TOO_LARGE], 413),
        ([Outcome.DISK_HIGH_WATER, Outcome.DISK_FAILED], 507),
        ([Outcome.LEDGER_FAILED], 503),
        ([Outcome.LEDGER_FAILED, Outcome.TRUNCATED], 409),
    ],
)
def test_the_status_says_whether_all_some_or_none_was_stored(outcomes: list[Outcome], status: int) -> None:
    assert choose_status([Passage(outcome) for outcome in outcomes]) == status


def test_no_outcome_without_success_has_a_status_of_success() -> None:
    failed = [outcome for outcome in Outcome if ANSWERS[outcome].status != 0x0000]
    assert all(choose_status([Passage(outcome)]) >= 400 for outcome in failed)


def test_the_response_names_each_instance_and_why_it_failed() -> None:
    response = describe([NEW, CUT, NAMELESS])
    assert [item.ReferencedSOPInstanceUID for item in response.ReferencedSOPSequence] == ["1.2.3"]
    (failed,) = response.FailedSOPSequence
    assert (failed.ReferencedSOPInstanceUID, failed.FailureReason) == ("1.2.4", 0xC000)
    assert [item.FailureReason for item in response.OtherFailuresSequence] == [0xC000]


def test_a_sequence_that_would_be_empty_is_left_out() -> None:
    assert {element.keyword for element in describe([NEW])} == {"RetrieveURL", "ReferencedSOPSequence"}


def test_json_is_dicom_json() -> None:
    told = json.loads(encode(describe([CUT]), JSON))
    assert told["00081198"]["Value"][0]["00081197"] == {"vr": "US", "Value": [0xC000]}


def test_xml_is_the_native_dicom_model() -> None:
    root = ElementTree.fromstring(encode(describe([NEW, CUT]), XML))
    assert root.tag == "NativeDicomModel"
    path = "./DicomAttribute[@keyword='FailedSOPSequence']/Item[@number='1']/DicomAttribute[@keyword='FailureReason']"
    value = root.find(f"{path}/Value")
    assert value is not None
    assert (value.text, value.get("number")) == (str(0xC000), "1")


def test_what_codes_do_not_say_stands_in_words() -> None:
    assert remark([NEW]) == ""
    said = remark([NEW, Passage(Outcome.DUPLICATE), CUT])
    assert "1 of 3 were here already" in said
    assert "TRUNCATED-DATA-SET" in said
