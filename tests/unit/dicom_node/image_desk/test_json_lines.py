import json
from pathlib import Path

from dicom_node.image_desk.json_lines import write_line
from domain.finding import (
    Box,
    Fracture,
    FractureState,
    ImageReading,
    Labelled,
    MemberScore,
    ReadingStatus,
    Reason,
)

READ = ImageReading(
    sop_instance_uid="1.2.3",
    sop_class_uid="1.2",
    status=ReadingStatus.READ,
    model_set="f" * 64,
    rows=40,
    columns=30,
    region=Labelled("hand", 0.98),
    fracture=Fracture(FractureState.PRESENT, 0.93, (0.88, 0.97)),
    boxes=(Box("fracture", 0.81, 1, 2, 30, 40),),
    types=(Labelled("oblique", 0.6),),
    members=(MemberScore("fracatlas-effnetb1-hand", "1.0.0", "ab", 0.9, 12.3),),
    milliseconds=118.0,
)
UNREAD = ImageReading("", "", ReadingStatus.NOT_ANALYSED, "f" * 64, Reason("not-dicom", "No image."))

#: The line of the command line's contract, as it is written there.
CONTRACT = json.loads("""
{"path": "IMG0001.jpg", "study_instance_uid": "2.25.1", "sop_instance_uid": "1.2.3",
 "status": "read", "reason": null,
 "region": {"label": "hand", "probability": 0.98},
 "fracture": {"state": "present", "probability": 0.93, "interval": [0.88, 0.97]},
 "boxes": [{"label": "fracture", "probability": 0.81, "x_min_px": 1, "y_min_px": 2, "x_max_px": 30, "y_max_px": 40}],
 "types": [{"label": "oblique", "probability": 0.6}],
 "members": [{"model": "fracatlas-effnetb1-hand", "version": "1.0.0", "sha256": "ab", "probability": 0.9,
              "milliseconds": 12.3}],
 "silent": [],
 "milliseconds": 118.0,
 "recommendations": []}
""")


def test_a_read_image_is_the_line_of_the_contract() -> None:
    line = json.loads(write_line(Path("IMG0001.jpg"), "2.25.1", READ))
    assert line == CONTRACT
    assert list(line) == list(CONTRACT)


def test_an_unread_image_has_every_key_and_a_reason() -> None:
    line = json.loads(write_line(Path("x.dcm"), "", UNREAD))
    assert list(line) == list(CONTRACT)
    assert line["status"] == "not_analysed"
    assert line["reason"] == {"code": "not-dicom", "text": "No image."}
    assert (line["region"], line["fracture"], line["sop_instance_uid"], line["study_instance_uid"]) == (None,) * 4
    assert (line["boxes"], line["types"], line["members"]) == ([], [], [])


def test_what_guidelines_suggest_stands_in_the_line_as_it_is_given() -> None:
    suggestion = {"text": "If in doubt, look again.", "clause": "1.1"}
    line = json.loads(write_line(Path("IMG0001.jpg"), "2.25.1", READ, [suggestion]))
    assert line == CONTRACT | {"recommendations": [suggestion]}


def test_a_line_is_one_line_whatever_the_path_holds() -> None:
    line = write_line(Path("a\nb ü.png"), "2.25.1", READ)
    assert "\n" not in line
    assert json.loads(line)["path"] == "a\nb ü.png"
