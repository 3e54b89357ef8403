"""What may be relied on of an audit trail, of the ledger's and of its fake."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from dicom_node.audit_ports import AuditTrail
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.audit import AuditEvent, EventType, Participant
from domain.audit_templates import audit_log_used, security_alert, user_authentication
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.clock import FakeClock

Kept = tuple[AuditTrail, Callable[[], Sequence[AuditEvent]]]


@pytest.fixture(params=["ledger", "fake"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """A trail, and what it has kept, oldest first."""
    if request.param == "fake":
        fake = FakeAuditTrail()
        yield fake, lambda: fake.events
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield LedgerAuditTrail(engine, FakeClock()), lambda: [each.event for each in AuditBook(engine).after(0, 100)]
    engine.dispose()


def test_events_are_kept_in_their_order(kept: Kept) -> None:
    trail, events = kept
    trail.record(user_authentication("ada", address="127.0.0.1"))
    trail.record(audit_log_used("ada"))
    assert [(each.event_id.meaning, each.who) for each in events()] == [
        ("User Authentication", "ada"),
        ("Audit Log Used", "ada"),
    ]


def test_what_has_a_cause_is_kept_once(kept: Kept) -> None:
    trail, events = kept
    alert = security_alert(EventType.NODE_AUTHENTICATION, Participant("node"), "refused", cause="the same")
    for event in (alert, alert, user_authentication("ada"), user_authentication("ada")):
        trail.record(event)
    assert [each.cause for each in events()] == ["the same", "", ""]
