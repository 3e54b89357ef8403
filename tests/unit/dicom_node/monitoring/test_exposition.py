"""The whole page, as Prometheus reads it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.agreement_gauges import AgreementGauges
from dicom_node.monitoring.comparison_gauges import ComparisonGauges
from dicom_node.monitoring.drift_gauges import DriftGauges, Names
from dicom_node.monitoring.exposition import Exposition, make_registry
from dicom_node.monitoring.gauges import Gauges
from dicom_node.monitoring.happenings import Happenings
from dicom_node.monitoring.receipts import Fate, ReceiptLine, Receipts
from domain.errors import LedgerError
from tests.fakes.clock import FakeClock
from tests.fakes.final_reports import FakeReports
from tests.fakes.measured_ledger import FakeMeasuredLedger
from tests.fakes.scrape import sample
from tests.unit.dicom_node.monitoring.test_gauges import AROUND

LINES = (
    ReceiptLine("CR1", "c-store", Fate.RECEIVED, "STORED", False, 7),
    ReceiptLine("CR1", "c-store", Fate.KNOWN, "CONFLICTING-DUPLICATE", True, 2),
    ReceiptLine("other", "folder", Fate.REFUSED, "NOT-PART-10", True, 1),
    ReceiptLine("CR1", "c-store", Fate.REFUSED, "DISK-HIGH-WATER", False, 3),
)


@pytest.fixture
def ledger() -> FakeMeasuredLedger:
    return FakeMeasuredLedger()


@pytest.fixture
def exposition(ledger: FakeMeasuredLedger) -> Exposition:
    clock, registry = FakeClock(), make_registry()
    happenings = Happenings(ledger, registry, clock.now(), ["pacs"])
    receipts = Receipts(lambda: LINES, lambda: {"1/1/7": 4})
    drift, agreement = DriftGauges(lambda: (), lambda: (), Names()), AgreementGauges(FakeReports(), clock)
    looks = drift, ComparisonGauges(lambda: None), agreement
    return Exposition(registry, happenings, (receipts, Gauges(ledger, AROUND, clock), *looks))


def page_of(exposition: Exposition, accept: str = "text/plain;version=0.0.4") -> str:
    return exposition.write(accept)[0].decode()


def test_every_metric_of_the_table_is_exposed_with_its_type_and_help(exposition: Exposition) -> None:
    found = {each.name: (each.type, each.documentation) for each in text_string_to_metric_families(page_of(exposition))}
    expected = {each.name.removesuffix("_total"): (each.kind, each.help) for each in table.METRICS}
    assert found == expected


def test_labels_are_those_of_the_table(exposition: Exposition) -> None:
    known = {each.name: {*each.labels} for each in table.METRICS}
    for family in text_string_to_metric_families(page_of(exposition)):
        for each in family.samples:
            name = each.name if each.name in known else family.name
            assert set(each.labels) - {"le"} == known[name]


def test_images_are_counted_by_their_fate(exposition: Exposition) -> None:
    page, of_modality = page_of(exposition), {"sender": "CR1", "way": "c-store"}
    assert sample(page, "osteonode_instances_received_total", **of_modality) == 7
    assert sample(page, "osteonode_instances_known_total", **of_modality, reason="CONFLICTING-DUPLICATE") == 2
    assert sample(page, "osteonode_instances_refused_total", **of_modality, reason="DISK-HIGH-WATER") == 3
    assert sample(page, "osteonode_instances_quarantined_total", **of_modality, reason="CONFLICTING-DUPLICATE") == 2
    assert sample(page, "osteonode_associations_refused_total", reason="1/1/7") == 4


def test_who_accepts_openmetrics_gets_it(exposition: Exposition) -> None:
    content, media_type = exposition.write("application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    assert content.endswith(b"# EOF\n")


def test_a_ledger_that_fails_leaves_what_was_counted(exposition: Exposition, ledger: FakeMeasuredLedger) -> None:
    ledger.failure = LedgerError("the ledger's store failed")
    page = page_of(exposition)
    assert sample(page, "osteonode_ledger_readable") == 0
    assert sample(page, "osteonode_delivery_attempts_total", destination="pacs", outcome="delivered") == 0
