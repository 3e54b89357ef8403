"""The ORU^R01 as a RIS reads it."""

from dataclasses import replace
from typing import Any

import pytest

from config.documentation import PROJECT
from domain.document import LATER_KINDS, OPTIONAL_KINDS, DocumentKind
from domain.finding import Box, FractureState, Labelled
from tests.fakes.report_sources import (
    compose_image,
    draft_image,
    draft_images,
    make_header,
    open_message,
    pick,
    read_image,
    refuse_image,
)

ORU = DocumentKind.HL7_ORU


def observations(message: dict[str, list[list[str]]], concept: str) -> list[list[str]]:
    return [row for row in message["OBX"] if row[3].split("^")[0] == concept]


def test_the_message_names_patient_order_and_study() -> None:
    header = make_header()
    message = open_message(draft_image(header))
    (pid,), (obr,), (msh,) = message["PID"], message["OBR"], message["MSH"]
    assert pid[3] == "PID-4711^^^NORTH^MR"
    assert pid[5] == "Doe^Jane^Q^III^Dr^^L^A"
    assert (pid[7], pid[8]) == ("19800131", "F")
    assert (obr[3], obr[18], obr[7]) == ("ACC-0815^OSTEONODE", "ACC-0815", "20260102101112")
    assert (msh[9], msh[12], msh[18]) == ("ORU^R01^ORU_R01", "2.5.1", "UNICODE UTF-8")
    assert observations(message, "113014")[0][5] == header.StudyInstanceUID


@pytest.mark.parametrize(
    ("version", "read", "status"), [(1, True, "P"), (2, True, "C"), (1, False, "X"), (2, False, "X")]
)
def test_the_status_is_never_final(version: int, read: Any, status: str) -> None:
    header = make_header()
    reading = read_image(header) if read else refuse_image(header)
    message = open_message(draft_images((header, reading), version=version))
    assert message["OBR"][0][25] == status
    assert {row[11] for row in message["OBX"]} == {status}


@pytest.mark.parametrize(
    ("state", "value", "flag"),
    [
        (FractureState.PRESENT, "52101004^Present^SCT", "A"),
        (FractureState.ABSENT, "272519000^Absent^SCT", "N"),
        (FractureState.DOUBT, "373068000^Undetermined^SCT", ""),
    ],
)
def test_the_studys_state_is_coded_and_flagged(state: FractureState, value: str, flag: str) -> None:
    row = observations(open_message(draft_image(make_header(), state)), "72704001")[0]
    assert (row[4], row[5], row[8]) == ("", value, flag)


def test_a_study_read_in_part_is_not_flagged_normal() -> None:
    read, refused = make_header(), make_header(number=2)
    pairs = (read, read_image(read, FractureState.ABSENT)), (refused, refuse_image(refused))
    row = observations(open_message(draft_images(*pairs)), "72704001")[0]
    assert (row[5].split("^")[1], row[8]) == ("Undetermined", "")


def group(message: dict[str, list[list[str]]], sub_id: str) -> list[str]:
    """What a group says: the text of a code, or the value."""
    values = [row[5] for row in message["OBX"] if row[4] == sub_id]
    return [value.split("^")[1] if "^" in value else value for value in values]


def test_every_image_and_every_finding_in_it_has_a_group_with_its_own_place_side_and_certainty() -> None:
    left, right = make_header(Laterality="L"), make_header(number=2, Laterality="R", BodyPartExamined="HAND")
    two = (Box("fracture", 0.9, 1, 1, 5, 5), Box("fracture", 0.5, 9, 9, 20, 20))
    statement = draft_images((left, read_image(left, boxes=two)), (right, read_image(right, FractureState.DOUBT)))
    first, second = statement.images
    message = open_message(statement)
    assert group(message, "1") == [left.SOPInstanceUID, "Present", "93.0", "Wrist joint", "Left"]
    assert group(message, "1.1") == [first.findings[0].tracking_uid, "Present", "90.0", "Wrist joint", "Left"]
    assert group(message, "1.2") == [first.findings[1].tracking_uid, "Present", "50.0", "Wrist joint", "Left"]
    assert group(message, "2") == [right.SOPInstanceUID, "Undetermined", "41.0", "Hand", "Right"]
    assert group(message, "2.1") == [second.findings[0].tracking_uid, "Undetermined", "93.0", "Hand", "Right"]
    assert {row[4] for row in message["OBX"]} == {"", "1", "1.1", "1.2", "2", "2.1"}


def test_an_observation_and_its_group_are_there_once_and_rows_count_from_one() -> None:
    header, second = make_header(), make_header(number=2)
    statement = draft_images((header, read_image(header)), (second, read_image(second)), recommendations=True)
    rows = open_message(statement)["OBX"]
    assert len({(row[3], row[4]) for row in rows}) == len(rows)
    assert [row[1] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


def test_a_positive_image_without_a_box_is_still_a_finding() -> None:
    message = open_message(draft_image(make_header(), boxes=()))
    assert group(message, "1")[1:3] == ["Present", "93.0"]
    assert "1.1" not in {row[4] for row in message["OBX"]}


def test_the_side_is_told_although_no_place_is_known() -> None:
    header = make_header(BodyPartExamined="", Laterality="R")
    message = open_message(draft_images((header, read_image(header, region="elsewhere"))))
    assert group(message, "1")[1:] == ["Present", "93.0", "Right"]


def test_an_image_that_was_not_read_has_a_group_without_a_result_and_the_reason() -> None:
    read, refused = make_header(), make_header(number=2)
    message = open_message(draft_images((read, read_image(read)), (refused, refuse_image(refused, "Too dark."))))
    assert group(message, "2")[1:] == ["Undetermined", "Not analysed: Too dark"]
    assert {row[4]: row[11] for row in message["OBX"]} == {"": "P", "1": "P", "1.1": "P", "2": "X"}
    assert observations(message, "111017")[0][5] == "111244^Not all algorithms succeeded; with findings^DCM"


def test_the_models_are_named_each_as_a_repetition() -> None:
    (row,) = observations(open_message(draft_image(make_header())), "111001")
    assert row[2:6] == ["ST", "111001^Algorithm Name^DCM", "", "region-mobilenet 1.2~fracture-mobilenet 1.2"]


@pytest.mark.parametrize(
    ("label", "value"),
    [("spiral fracture", "73737008^Fracture, spiral^SCT"), ("own type & more", "^own type \\T\\ more")],
)
def test_a_type_is_coded_where_it_has_a_code_and_told_in_words_where_not(label: str, value: str) -> None:
    header = make_header()
    reading = replace(read_image(header), types=(Labelled(label, 0.8),))
    (row,) = observations(open_message(draft_images((header, reading))), "116676008")
    assert (row[4], row[5]) == ("1", value)


@pytest.mark.parametrize(
    ("accession", "station", "filler"),
    [
        ("ACC-0815", "OSTEONODE", "ACC-0815^OSTEONODE"),
        ("ACC-0815-4711", "OSTEONODE", "ACC-0815-4711"),
        ("1234567890123456", "OSTEO", "1234567890123456^OSTEO"),
    ],
)
def test_an_order_number_is_never_cut_to_fit_its_field(accession: str, station: str, filler: str) -> None:
    header = make_header(AccessionNumber=accession)
    message = open_message(draft_images((header, read_image(header)), station_name=station))
    assert (message["ORC"][0][3], message["OBR"][0][3], message["OBR"][0][18]) == (filler, filler, accession)


def test_reasons_stand_in_notes_and_in_the_narrative() -> None:
    header = make_header()
    message = open_message(draft_images((header, refuse_image(header, "Cost | benefit."))))
    assert "Not analysed: Cost \\F\\ benefit" in message["NTE"][1][3]
    assert "Not analysed: Cost \\F\\ benefit" in observations(message, "19005-8")[0][5]


def test_the_narrative_says_that_it_is_no_diagnosis() -> None:
    message = open_message(draft_image(make_header()))
    text = observations(message, "19005-8")[0][5]
    assert text.startswith("AI result, preliminary - not a diagnosis.\\.br\\Suspected fracture")
    assert text.endswith("Not reviewed by a radiologist.")


@pytest.mark.parametrize(
    ("elements", "name"),
    [
        (
            {"SpecificCharacterSet": ["", "ISO 2022 IR 87"], "PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう"},
            "Yamada^Tarou^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P",
        ),
        ({"SpecificCharacterSet": "ISO_IR 127", "PatientName": "قباني^لنزار"}, "قباني^لنزار^^^^^L^A"),
        ({"PatientName": "O'Neil|x^A&B"}, "O'Neil\\F\\x^A\\T\\B^^^^^L^A"),
        ({"PatientName": ""}, "^^^^^^U"),
    ],
)
def test_names_keep_their_script(elements: dict[str, Any], name: str) -> None:
    assert open_message(draft_image(make_header(**elements)))["PID"][0][5] == name


@pytest.mark.parametrize(("sex", "code"), [("M", "M"), ("F", "F"), ("O", "O"), ("U", "U"), ("", "U"), ("X", "U")])
def test_sex_is_mapped_to_table_0001(sex: str, code: str) -> None:
    assert open_message(draft_image(make_header(PatientSex=sex)))["PID"][0][8] == code


@pytest.mark.parametrize(
    ("date", "time", "zone", "written"),
    [
        ("20260102", "101112.25", "", "20260102101112"),
        ("20260102", "10", "", "202601021000"),
        ("20260102", "10:11", "", "20260102"),
        ("2026.01.02", "101112", "", ""),
        ("20260102", "101112", "+0530", "20260102101112+0530"),
        ("", "", "", ""),
    ],
)
def test_the_study_time_is_given_as_far_as_it_is_well_formed(date: str, time: str, zone: str, written: Any) -> None:
    header = make_header(StudyDate=date, StudyTime=time, TimezoneOffsetFromUTC=zone)
    assert open_message(draft_image(header))["OBR"][0][7] == written


@pytest.mark.parametrize(
    ("identifier", "reason"), [("", "no patient identifier"), ("|" * 64 + "~" * 64, "too long for PID-3")]
)
def test_without_a_whole_patient_identifier_no_message_leaves_and_we_say_why(identifier: str, reason: str) -> None:
    composition = compose_image(make_header(PatientID=identifier))
    assert pick(composition, ORU) == []
    (withheld,) = composition.withheld
    assert withheld.kind is ORU
    assert reason in withheld.reason
    assert {document.kind for document in composition.documents} == set(DocumentKind) - LATER_KINDS - OPTIONAL_KINDS - {
        ORU
    }


def test_the_configured_authority_stands_in_where_the_image_names_no_issuer() -> None:
    header = make_header(drop=["IssuerOfPatientID"])
    composition = draft_images((header, read_image(header)), assigning_authority="SITE&X")
    assert open_message(composition)["PID"][0][3] == "PID-4711^^^SITE\\T\\X^MR"


def test_the_control_identifier_follows_study_and_version_only() -> None:
    first = pick(draft_image(make_header()), ORU)[0].identifier
    again = pick(draft_image(make_header(), FractureState.ABSENT), ORU)[0].identifier
    header = make_header()
    second = pick(draft_images((header, read_image(header)), version=2), ORU)[0].identifier
    assert first == again != second
    assert len(first) <= 20


def test_a_missing_accession_is_left_empty_and_never_made_up() -> None:
    message = open_message(draft_image(make_header(AccessionNumber="")))
    assert (message["OBR"][0][3], message["OBR"][0][18], message["ORC"][0][3]) == ("", "", "")


def test_the_example_in_the_documentation_is_what_is_written() -> None:
    page = (PROJECT / "docs" / "hl7.md").read_text(encoding="utf-8")
    shown = page.partition("```\n")[2].partition("\n```")[0].splitlines()
    read, refused = make_header(), make_header(number=2, Laterality="R")
    reading = replace(read_image(read), types=(Labelled("spiral fracture", 0.8),))
    link = "https://viewer.hospital/?StudyInstanceUIDs={StudyInstanceUID}"
    statement = draft_images((read, reading), (refused, refuse_image(refused)), hl7_link=link)
    written = pick(statement, ORU)[0].content.decode().split("\r")[:-1]
    assert shown == [line for line in written if "19005-8" not in line]
