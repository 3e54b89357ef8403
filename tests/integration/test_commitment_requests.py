"""Storage commitment that modalities ask of us, on the wire."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.deliver.commitment_report import send_report
from dicom_node.ledger.commitment_requests import CommitmentRequests
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.pipeline.commitment_reports import Reporting, report_due
from dicom_node.receive.commitment_scp import CommitmentScp
from dicom_node.receive.storage_scp import StorageScp
from dicom_node.storage_commitment import write_request
from domain.commitment import Item
from domain.commitment_request import RequestState
from tests.fakes.chance import FakeChance
from tests.fakes.clock import FakeClock
from tests.fakes.commitment_asker import CommitmentAsker
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.system.free_port import free_port

ITEMS = [("1.2.840.10008.5.1.4.1.1.1", "1.2.3")]


class Provider:
    """A listener and its loop of reports, done when a test says so."""

    def __init__(self, folder: Path, engine: Engine, port: int) -> None:
        reports = {"port": port, "timeout_seconds": 3, "retry": {"first_seconds": 1, "cap_seconds": 1}}
        senders = [{"ae_title": "MODALITY", "commitment": reports}, {"ae_title": "OTHER"}]
        settings = Settings.model_validate({"node": {"port": 0}, "sender": senders, "limits": {"free_disk_mib": 1}})
        self.clock, self.book = FakeClock(), CommitmentRequests(engine, folder)
        services = [CommitmentScp(settings, lambda _report: False, self.book, self.clock)]
        self.scp = StorageScp(settings, FakeInstanceLedger(), self.clock, folder, services)
        self.work = Reporting(settings, self.book, send_report, self.clock, FakeChance(0.5))

    def report(self) -> int:
        return report_due(self.work)

    def states(self) -> list[RequestState]:
        return [each.state for each in self.book.latest()]


@pytest.fixture
def port() -> int:
    """Where the modality takes reports."""
    return free_port()


@pytest.fixture
def provider(tmp_path: Path, port: int) -> Iterator[Provider]:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    provider = Provider(tmp_path, engine, port)
    provider.scp.start()
    yield provider
    provider.scp.stop(grace_seconds=2.0)
    engine.dispose()


def test_a_modality_asks_and_gets_its_report_on_an_association_of_ours(provider: Provider, port: int) -> None:
    modality = CommitmentAsker()
    modality.start(port)
    assert modality.ask(provider.scp.port, "1.5", ITEMS) == 0
    assert provider.report() == 1
    modality.stop()
    ((event_type, ds),) = modality.reports
    (failed,) = ds.FailedSOPSequence
    assert (event_type, ds.TransactionUID, failed.FailureReason) == (2, "1.5", 0x0112)
    assert modality.callers == ["OSTEONODE"]


@pytest.mark.parametrize("reason", ["away", "fails"])
def test_a_report_that_is_not_taken_goes_again(provider: Provider, port: int, reason: str) -> None:
    modality = CommitmentAsker(statuses=[0x0110] if reason == "fails" else [])
    if reason == "fails":
        modality.start(port)
    assert modality.ask(provider.scp.port, "1.5", ITEMS) == 0
    assert (provider.report(), provider.states()) == (0, [RequestState.DUE])
    if reason != "fails":
        modality.start(port)
    provider.clock.advance(2)
    assert (provider.report(), provider.states()) == (1, [RequestState.REPORTED])
    modality.stop()


def test_a_modality_that_lets_nobody_report_is_given_up_with_the_reason(provider: Provider, port: int) -> None:
    modality = CommitmentAsker(takes=False)
    modality.start(port)
    modality.ask(provider.scp.port, "1.5", ITEMS)
    provider.report()
    modality.stop()
    (request,) = provider.book.latest()
    assert (request.state, "SCP/SCU role selection" in request.explanation) == (RequestState.GIVEN_UP, True)


def nameless() -> Dataset:
    ds = write_request("1.5", [Item(*ITEMS[0])])
    del ds.TransactionUID
    return ds


def empty() -> Dataset:
    return write_request("1.5", [])


@pytest.mark.parametrize(
    ("title", "options", "status"),
    [
        ("OTHER", {}, 0x0124),
        ("MODALITY", {"action": 2}, 0x0123),
        ("MODALITY", {"instance": "1.2.3"}, 0x0112),
        ("MODALITY", {"ds": nameless()}, 0x0115),
        ("MODALITY", {"ds": empty()}, 0x0115),
    ],
)
def test_a_request_that_is_none_is_answered_with_the_fault_and_not_kept(
    provider: Provider, title: str, options: dict[str, Any], status: int
) -> None:
    assert CommitmentAsker(title).ask(provider.scp.port, "1.5", ITEMS, **options) == status
    assert provider.states() == []
