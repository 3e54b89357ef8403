from collections.abc import Sequence

import pytest

from dicom_node.pipeline.auditing import AuditSending
from domain.audit import AuditEvent, EventType
from domain.audit_templates import name_node, user_authentication
from domain.errors import PeerUnreachable
from tests.fakes.audit import FakeAuditOutbox


class Repository:
    """Takes events while it is up."""

    def __init__(self) -> None:
        self.is_up, self.calls, self.taken = True, 0, list[str]()

    def send(self, events: Sequence[AuditEvent]) -> None:
        self.calls += 1
        if not self.is_up:
            raise PeerUnreachable("the audit repository at 127.0.0.1:6514: connection refused")
        self.taken += [each.who for each in events]


class Scene:
    """Records, a repository, and the time."""

    def __init__(self, most_waiting: int = 1000) -> None:
        self.trail, self.repository, self.seconds = FakeAuditOutbox(), Repository(), 0.0
        self.sending = AuditSending(
            self.trail,
            self.trail,
            self.repository.send,
            most_waiting=most_waiting,
            retry_seconds=30,
            reporter=name_node("OSTEONODE"),
            monotonic=lambda: self.seconds,
        )

    def record(self, count: int) -> None:
        for number in range(count):
            self.trail.record(user_authentication(f"user {number}"))


def test_everything_is_sent_once_and_in_order() -> None:
    scene = Scene()
    scene.record(120)
    assert scene.sending.look()
    assert scene.sending.look()
    assert scene.repository.taken == [f"user {number}" for number in range(120)]
    assert scene.repository.calls == 3


def test_what_waits_for_a_repository_that_is_down_is_sent_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()
    scene.record(3)
    scene.repository.is_up = False
    for seconds in (0, 1, 29):
        scene.seconds = seconds
        assert not scene.sending.look()
    assert scene.repository.calls == 1
    scene.repository.is_up, scene.seconds = True, 31
    assert scene.sending.look()
    assert len(scene.repository.taken) == 3
    assert [record.levelname for record in caplog.records if record.levelname != "INFO"] == ["WARNING"]


def test_a_node_that_stops_waits_for_no_repository_that_is_down() -> None:
    scene = Scene()
    scene.record(1)
    scene.repository.is_up = False
    scene.sending.look()
    scene.sending.finish()
    assert scene.repository.calls == 1


def test_too_many_that_wait_are_not_sent_and_the_trail_says_so() -> None:
    scene = Scene(most_waiting=100)
    scene.repository.is_up = False
    scene.record(150)
    scene.sending.look()
    assert scene.trail.waiting() == 150 - 60 + 1
    alert = scene.trail.events[-1]
    assert alert.types == (EventType.AUDIT_RECORDING_STOPPED,)
    assert alert.explanation.startswith("60 audit records are not sent")
