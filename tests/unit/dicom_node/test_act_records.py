"""What a person does is recorded with how it ended, and a trail that fails stops nobody."""

import logging
import os
import pwd

import pytest

from dicom_node.act_records import ActRecords, name_commander, studies_to_replay
from domain.audit import Action, AuditEvent, EventOutcome
from domain.errors import InterventionRefused, LedgerError
from tests.fakes.audit import FakeAuditTrail


class BrokenTrail:
    def record(self, event: AuditEvent) -> None:
        raise LedgerError("disk is gone")


def refuse() -> int:
    raise InterventionRefused("not now")


@pytest.fixture
def trail() -> FakeAuditTrail:
    return FakeAuditTrail()


def test_a_change_is_recorded_for_each_study_once_and_gives_what_it_did(trail: FakeAuditTrail) -> None:
    assert ActRecords(trail, "bob", "10.0.0.7").change(["1.1", "1.2", "1.1"], "hold", lambda: 3) == 3
    assert [(each.who, each.action, each.outcome, each.explanation) for each in trail.events] == [
        ("bob", Action.UPDATE, EventOutcome.SUCCESS, "hold")
    ] * 2
    assert [each.studies[0].study_instance_uid for each in trail.events] == ["1.1", "1.2"]
    assert trail.events[0].participants[0].address == "10.0.0.7"


def test_what_was_refused_is_recorded_as_a_failure_and_refused_all_the_same(trail: FakeAuditTrail) -> None:
    with pytest.raises(InterventionRefused):
        ActRecords(trail, "bob").change(["1.1"], "reread", refuse)
    assert trail.events[0].outcome is EventOutcome.MINOR_FAILURE


def test_a_file_that_stays_is_a_failure_of_that_file(trail: FakeAuditTrail) -> None:
    assert not ActRecords(trail, "bob").change_file(7, "quarantine retry", lambda: False, is_done=bool)
    (event,) = trail.events
    assert (event.outcome, event.studies) == (EventOutcome.MINOR_FAILURE, ())
    assert event.resources[0].identifier == "osteonode:quarantine/7"


def test_words_that_cannot_be_kept_did_nothing_and_are_not_recorded(trail: FakeAuditTrail) -> None:
    with pytest.raises(ValueError, match="literal"):
        ActRecords(trail, "bob").change(["1.1"], "discard", lambda: int("x"))
    assert not trail.events


def test_a_trail_that_fails_keeps_nobody_from_acting_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert ActRecords(BrokenTrail(), "bob").change(["1.1"], "hold", lambda: 1) == 1
    assert "audit.lost" in caplog.text


def test_who_commands_is_whom_the_kernel_names_not_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert name_commander() == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


def test_a_named_study_is_meant_alone(trail: FakeAuditTrail) -> None:
    assert studies_to_replay(lambda: pytest.fail("nobody looks"), "1.1", None) == ["1.1"]
