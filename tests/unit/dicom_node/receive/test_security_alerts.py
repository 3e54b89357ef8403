import logging

import pytest

from dicom_node.receive import events
from dicom_node.receive.event_line import emit
from dicom_node.receive.security_alerts import SecurityAlerts
from domain.audit import EventType
from domain.audit_templates import name_node
from tests.fakes.audit import FakeAuditTrail


@pytest.fixture
def trail() -> FakeAuditTrail:
    return FakeAuditTrail()


@pytest.fixture
def alerts(trail: FakeAuditTrail) -> SecurityAlerts:
    alerts = SecurityAlerts(trail, name_node("OSTEONODE"))
    alerts.start()
    return alerts


def refuse(title: str = "STRANGER") -> None:
    fields = {"calling_ae_title": title, "address": "127.0.0.9", "code": "1/1/3"}
    emit(logging.WARNING, events.ASSOCIATION_REFUSED, "the calling AE title is not known: add a [[sender]]", **fields)


def test_a_refused_association_is_an_alert_with_its_caller(alerts: SecurityAlerts, trail: FakeAuditTrail) -> None:
    refuse()
    alerts.stop()
    (alert,) = trail.events
    assert alert.types == (EventType.NODE_AUTHENTICATION,)
    assert alert.explanation == "the calling AE title is not known: add a [[sender]]"
    assert (alert.who, alert.participants[1].address) == ("STRANGER", "127.0.0.9")


def test_the_same_caller_again_and_again_is_one_record_that_counts(
    alerts: SecurityAlerts, trail: FakeAuditTrail
) -> None:
    for _ in range(50):
        refuse()
    refuse("ANOTHER")
    alerts.stop()
    assert [each.who for each in trail.events] == ["STRANGER", "ANOTHER", "STRANGER"]
    assert trail.events[-1].explanation.startswith("49 more within a minute")


def test_what_is_no_refusal_is_no_alert(alerts: SecurityAlerts, trail: FakeAuditTrail) -> None:
    emit(logging.INFO, events.ECHOED, "C-ECHO answered", calling_ae_title="MODALITY")
    emit(logging.WARNING, events.INSTANCE_REFUSED, "no room", calling_ae_title="MODALITY")
    alerts.stop()
    assert trail.events == []


def test_what_a_stranger_calls_itself_can_be_kept(alerts: SecurityAlerts, trail: FakeAuditTrail) -> None:
    refuse("\udcff\x00")
    alerts.stop()
    assert trail.events[0].who == "\\udcff\x00"
