"""What stands in the log."""

import logging

import pytest

from dicom_node.receive import events
from dicom_node.receive.statuses import Outcome


def test_a_handler_failure_is_logged_with_its_place_but_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("Zzyzx^Quilla is no number")
    except ValueError as error:
        events.handler_failed(error)
    assert "ValueError" in caplog.text
    assert "test_events.py" in caplog.text
    assert "Zzyzx" not in caplog.text


@pytest.mark.parametrize(
    ("outcome", "level", "event"),
    [
        (Outcome.STORED, logging.INFO, events.INSTANCE_STORED),
        (Outcome.DUPLICATE, logging.INFO, events.INSTANCE_DUPLICATE),
        (Outcome.CONFLICT, logging.WARNING, events.INSTANCE_CONFLICT),
        (Outcome.TRUNCATED, logging.WARNING, events.INSTANCE_REFUSED),
    ],
)
def test_every_outcome_has_its_event_and_its_status(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, level: int, event: str
) -> None:
    caplog.set_level(logging.DEBUG)
    events.instance_answered(outcome, "", sop_instance_uid="1.2.3", calling_ae_title="MOD1")
    (record,) = caplog.records
    assert (record.levelno, record.__dict__["event"], record.__dict__["code"]) == (level, event, outcome.value)
    assert record.__dict__["sop_instance_uid"] == "1.2.3"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.TOO_LARGE, "after 9 bytes: see limits.data_set_mib"),
        (Outcome.DISK_HIGH_WATER, "after 9 bytes: see limits.free_disk_mib"),
        (Outcome.TRUNCATED, "after 9 bytes ["),
    ],
)
def test_a_limit_that_refuses_an_image_is_named_by_its_key(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, words: str
) -> None:
    events.instance_answered(outcome, "after 9 bytes", sop_instance_uid="1.2.3", calling_ae_title="MOD1")
    assert words in caplog.text
