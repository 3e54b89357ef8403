"""Which image, which side, which boxes: decided once for every document."""

from dataclasses import replace
from typing import Any

import pytest

from domain.errors import DocumentError
from domain.finding import Box, FractureState, SilentMember
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement, state
from tests.fakes.report_sources import (
    BOX,
    COLUMNS,
    ROWS,
    find,
    make_context,
    make_evidence,
    make_header,
    read_image,
    refuse_image,
)

PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT


def state_image(header=None, fracture=PRESENT, **reading) -> StudyStatement:
    header = header or make_header()
    return state(make_context(), find(read_image(header, fracture, **reading)), make_evidence(header))


def box(probability: float, *corners: float) -> Box:
    return Box("fracture", probability, *(corners or (10.0, 10.0, 20.0, 20.0)))


def test_images_of_two_studies_share_no_result() -> None:
    ours, other = make_header(), make_header(number=2, StudyInstanceUID="1.2.3")
    with pytest.raises(DocumentError, match="two studies"):
        state(make_context(), find(read_image(ours), read_image(other)), make_evidence(ours, other))


@pytest.mark.parametrize("change", [{"PatientID": "OTHER"}, {"IssuerOfPatientID": "SOUTH"}])
def test_images_of_two_patients_in_one_study_share_no_result(change: Any) -> None:
    ours, other = make_header(), make_header(number=2, **change)
    with pytest.raises(DocumentError, match="different patients") as raised:
        state(make_context(), find(read_image(ours), read_image(other)), make_evidence(ours, other))
    assert "OTHER" not in str(raised.value)
    assert "PID" not in str(raised.value)


def test_findings_need_exactly_their_images() -> None:
    first, second = make_header(), make_header(number=2)
    with pytest.raises(DocumentError, match="do not match"):
        state(make_context(), find(read_image(first)), make_evidence(second))
    with pytest.raises(DocumentError, match="do not match"):
        state(make_context(), find(read_image(first)), make_evidence(first, second))
    with pytest.raises(DocumentError, match="do not match"):
        state(make_context(), find(read_image(first), read_image(first)), make_evidence(first))


def test_findings_of_another_model_set_are_refused() -> None:
    header = make_header()
    context = make_context()
    context = replace(context, models=replace(context.models, model_set="other"))
    with pytest.raises(DocumentError, match="another model set"):
        state(context, find(read_image(header)), make_evidence(header))


def test_a_reading_of_another_size_than_its_image_is_refused() -> None:
    header = make_header()
    reading = replace(read_image(header), rows=COLUMNS, columns=ROWS)
    with pytest.raises(DocumentError, match="another size"):
        state(make_context(), find(reading), make_evidence(header))


def test_a_reading_of_another_class_than_its_image_is_refused() -> None:
    header = make_header()
    reading = replace(read_image(header), sop_class_uid="1.2.3")
    with pytest.raises(DocumentError, match="SOP class"):
        state(make_context(), find(reading), make_evidence(header))


def test_images_keep_the_order_of_the_readings_whatever_the_order_of_the_evidence() -> None:
    first, second = make_header(), make_header(number=2)
    statement = state(make_context(), find(read_image(first), read_image(second, ABSENT)), make_evidence(second, first))
    assert [image.source.sop_instance_uid for image in statement.images] == [
        first.SOPInstanceUID,
        second.SOPInstanceUID,
    ]
    assert [image.number for image in statement.images] == [1, 2]


def test_boxes_below_the_floor_are_left_out_but_for_the_best_one() -> None:
    kept = state_image(boxes=(box(0.1), box(0.5), box(0.21), box(0.19)))
    assert [finding.box.probability for finding in kept.images[0].findings] == [0.5, 0.21]
    only = state_image(boxes=(box(0.05), box(0.1)))
    assert [finding.box.probability for finding in only.images[0].findings] == [0.1]


def test_a_negative_image_shows_no_box() -> None:
    assert state_image(fracture=ABSENT, boxes=(BOX,)).images[0].findings == ()


def test_boxes_are_clipped_to_the_image_and_those_beside_it_go() -> None:
    outside = box(0.9, COLUMNS + 1.0, 5.0, COLUMNS + 9.0, 9.0)
    across = box(0.8, -5.0, -6.0, COLUMNS + 5.0, ROWS + 6.0)
    (finding,) = state_image(boxes=(outside, across)).images[0].findings
    assert finding.box == box(0.8, 0.0, 0.0, COLUMNS, ROWS)


def test_a_finding_that_is_read_again_keeps_its_tracking_uid() -> None:
    header = make_header()
    uids = [
        state(make_context(version), find(read_image(header)), make_evidence(header)).images[0].findings[0].tracking_uid
        for version in (1, 2)
    ]
    assert uids[0] == uids[1]
    other = state_image(make_header(number=2)).images[0].findings[0].tracking_uid
    assert other != uids[0]


def test_two_findings_of_an_image_have_two_tracking_uids() -> None:
    first, second = state_image(boxes=(box(0.9), box(0.8))).images[0].findings
    assert first.tracking_uid != second.tracking_uid


def test_absence_is_not_stated_of_a_study_that_was_read_in_part() -> None:
    read, refused = make_header(), make_header(number=2)
    statement = state(
        make_context(), find(read_image(read, ABSENT), refuse_image(refused)), make_evidence(read, refused)
    )
    assert statement.presence.meaning == "Undetermined"
    assert "in the images that were read" in statement.lines[1]
    assert "1 of 2 images read" in statement.lines[1]


@pytest.mark.parametrize(
    ("fracture", "meaning", "words"),
    [
        (PRESENT, "Present", "Suspected fracture"),
        (DOUBT, "Undetermined", "Doubt: fracture not excluded"),
        (ABSENT, "Absent", "No fracture detected"),
    ],
)
def test_each_state_is_stated_in_code_and_in_words(fracture: FractureState, meaning: str, words: str) -> None:
    statement = state_image(fracture=fracture)
    assert statement.presence.meaning == meaning
    assert statement.headline == words
    assert statement.images[0].line.startswith(f"Image 1 (series 1, instance 1): {words}, fracture probability")


@pytest.mark.parametrize(
    ("body_part", "region", "site", "contradiction"),
    [
        ("WRIST", "hand", "Wrist joint", ""),
        ("HAND", "leg", "Lower limb", "header says HAND, model says leg"),
        ("", "hip", "Hip region", ""),
        ("ELBOW", "hand", "Elbow joint", ""),
        ("CHEST", "shoulder", "Shoulder", "header says CHEST, model says shoulder"),
    ],
)
def test_the_site_is_the_headers_unless_the_models_see_another_region(
    body_part: str, region: str, site: str, contradiction: str
) -> None:
    image = state_image(make_header(BodyPartExamined=body_part), region=region).images[0]
    assert image.site is not None
    assert image.site.meaning == site
    assert image.contradiction == contradiction
    assert contradiction in image.line


def test_a_region_that_no_code_names_is_reported_in_words_only() -> None:
    image = state_image(make_header(drop=["BodyPartExamined"]), region="jaw").images[0]
    assert image.site is None
    assert "jaw" in image.line


def test_every_unread_image_says_why() -> None:
    header = make_header()
    statement = state(make_context(), find(refuse_image(header, "No pixels.")), [ImageEvidence(header)])
    assert "Not analysed: No pixels" in statement.lines[2]
    assert statement.presence.meaning == "Undetermined"


def test_a_model_that_gave_no_answer_is_named_and_the_summary_says_not_all_succeeded() -> None:
    silent = (SilentMember("second-model", "1.0.0", "deadline-exceeded"),)
    header = make_header()
    reading = replace(read_image(header, PRESENT), silent=silent)
    told, whole = state(make_context(), find(reading), make_evidence(header)), state_image(header)
    assert "without second-model, which gave no answer" in " ".join(told.lines)
    assert told.summary != whole.summary
