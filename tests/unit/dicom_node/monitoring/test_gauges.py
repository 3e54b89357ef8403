from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import generate_latest

from dicom_node.monitoring.exposition import make_registry
from dicom_node.monitoring.gauges import Gauges, Surroundings
from dicom_node.monitoring_ports import Queue, Stage, Standing
from domain.breaker import Breaker, BreakerState
from domain.errors import LedgerError
from tests.fakes.clock import FakeClock
from tests.fakes.measured_ledger import FakeMeasuredLedger
from tests.fakes.scrape import parse_samples, sample

CLOCK = FakeClock()
AROUND = Surroundings(
    destinations=("pacs", "ris"),
    committing=frozenset({"pacs"}),
    free_bytes=lambda: 5_000,
    high_water_bytes=1_000,
    certificates=lambda: {"tls.certificate_file": CLOCK.now() + timedelta(days=9)},
    conditions=lambda: {"disk": True, "ledger": False},
    release=lambda: ("1.2.3", "abc"),
    started_at=CLOCK.now(),
)


@pytest.fixture
def ledger() -> FakeMeasuredLedger:
    return FakeMeasuredLedger()


def page_of(ledger: FakeMeasuredLedger, around: Surroundings = AROUND) -> str:
    registry = make_registry()
    registry.register(Gauges(ledger, around, CLOCK))
    return generate_latest(registry).decode()


def test_what_waits_has_a_depth_and_an_age(ledger: FakeMeasuredLedger) -> None:
    waits_since = CLOCK.now() - timedelta(seconds=90)
    ledger.now = Standing(queues=(Queue(Stage.DELIVERED, 4, waits_since, "pacs"),))
    page = page_of(ledger)
    assert sample(page, "osteonode_queue_items", stage="delivered", destination="pacs") == 4
    assert sample(page, "osteonode_queue_oldest_age_seconds", stage="delivered", destination="pacs") == 90


def test_empty_queues_are_there_and_empty(ledger: FakeMeasuredLedger) -> None:
    page = page_of(ledger)
    names = {labels for name, labels in parse_samples(page) if name == "osteonode_queue_items"}
    found = {(dict(each)["stage"], dict(each)["destination"]) for each in names}
    own = {("complete", ""), ("read", ""), ("composed", "")}
    assert found == own | {("delivered", "pacs"), ("delivered", "ris"), ("committed", "pacs")}


@pytest.mark.parametrize(("state", "up"), [("closed", 1), ("open", 0), ("half_open", 0)])
def test_a_destination_that_is_left_alone_is_down(ledger: FakeMeasuredLedger, state: str, up: int) -> None:
    ledger.now = Standing(breakers={"pacs": Breaker("pacs", BreakerState(state), CLOCK.now())})
    page = page_of(ledger)
    assert sample(page, "osteonode_destination_up", destination="pacs") == up
    assert sample(page, "osteonode_breaker_state", destination="pacs", state=state) == 1
    assert sample(page, "osteonode_destination_up", destination="ris") == 1


def test_what_a_person_must_see_to_is_counted(ledger: FakeMeasuredLedger) -> None:
    ledger.now = Standing(held_studies=2, dead_letters={"ris": 3}, quarantined={"TRUNCATED-DATA-SET": 1})
    page = page_of(ledger)
    assert sample(page, "osteonode_studies_held") == 2
    assert sample(page, "osteonode_dead_letters", destination="ris") == 3
    assert sample(page, "osteonode_dead_letters", destination="pacs") == 0
    assert sample(page, "osteonode_quarantine_files", reason="TRUNCATED-DATA-SET") == 1


def test_surroundings_are_measured_also_where_the_ledger_cannot_be_read(ledger: FakeMeasuredLedger) -> None:
    ledger.failure = LedgerError("the ledger's store failed")
    page = page_of(ledger)
    assert sample(page, "osteonode_ledger_readable") == 0
    assert sample(page, "osteonode_disk_free_bytes") == 5_000
    assert sample(page, "osteonode_condition_ok", condition="ledger") == 0
    assert "osteonode_queue_items" not in page


def test_certificates_and_build_are_told(ledger: FakeMeasuredLedger) -> None:
    page = page_of(ledger, replace(AROUND, destinations=()))
    end = CLOCK.now() + timedelta(days=9)
    name = "osteonode_certificate_expiry_timestamp_seconds"
    assert sample(page, name, certificate="tls.certificate_file") == end.timestamp()
    assert 'version="1.2.3"' in page
    assert 'model_set="abc"' in page
