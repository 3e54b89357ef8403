from dataclasses import replace
from pathlib import Path

import pytest

from dicom_node.console.study_address import is_uid
from dicom_node.console.study_states import list_stages
from dicom_node.study_ports import StudyRow
from domain.commitment import CommitmentState
from domain.delivery import DeliveryState
from domain.study import StudyState
from tests.fakes.studies import make_file, make_row

DELIVERED = {"pacs": DeliveryState.DELIVERED, "ris": DeliveryState.DELIVERED}


@pytest.mark.parametrize(
    ("row", "stages"),
    [
        (make_row(StudyState.OPEN, deliveries={}), "done now done none none none"),
        (make_row(StudyState.COMPLETE, deliveries={}), "done done done now none none"),
        (make_row(StudyState.HELD, deliveries={}), "done done done trouble none none"),
        (make_row(), "done done done done waits none"),
        (make_row(deliveries={**DELIVERED, "backup": DeliveryState.HELD}), "done done done done trouble none"),
        (
            make_row(deliveries=DELIVERED, commitments={"pacs": CommitmentState.ASKED}),
            "done done done done done waits",
        ),
        (
            make_row(deliveries=DELIVERED, commitments={"pacs": CommitmentState.COMMITTED}),
            "done done done done done done",
        ),
    ],
)
def test_how_far_a_study_is_is_seen_at_a_glance(row: StudyRow, stages: str, tmp_path: Path) -> None:
    assert [stage.state for stage in list_stages(make_file(tmp_path, row))] == stages.split()


def test_a_study_that_nobody_has_read_waits_for_that(tmp_path: Path) -> None:
    file = make_file(tmp_path, make_row(StudyState.COMPLETE))
    unread = replace(file, images=(replace(file.images[0], reading=None),))
    assert list_stages(unread)[2].state == "waits"


@pytest.mark.parametrize("text", ["1.2.840", "0", "2.25.00123"])
def test_a_uid_is_one(text: str) -> None:
    assert is_uid(text)


@pytest.mark.parametrize("text", ["", ".1", "1.", "1..2", "1/2", "../1", "1.2\n", "\u0661.\u0662", "1" * 65])
def test_a_path_is_no_uid(text: str) -> None:
    assert not is_uid(text)
