"""Storage commitment on results, on the wire: what we ask, and what archives report at our door."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage
from pynetdicom import AE
from sqlalchemy import create_engine

from config.settings import Settings
from dicom_node.deliver.commitment_scu import CommitmentScu
from dicom_node.ledger.commitment_requests import CommitmentRequests
from dicom_node.receive.commitment_scp import CommitmentScp
from dicom_node.receive.storage_scp import StorageScp
from dicom_node.storage_commitment import write_request
from domain.commitment import Commitment, Item, Report
from domain.delivery import Outcome
from domain.errors import LedgerError
from tests.fakes.clock import FakeClock
from tests.fakes.commitment_provider import CommitmentProvider, call_and_report, report_of, send_report
from tests.fakes.instance_ledger import FakeInstanceLedger

COMMITMENT = Commitment("1.2", 1, "pacs", (Item("1.2.840.10008.5.1.4.1.1.7", "1.2.3"), Item("1.2.9", "1.2.4")))


class Mailbox:
    """Keeps reports on known transactions; may be broken."""

    def __init__(self, *known: str) -> None:
        self.known, self.reports, self.broken = known, list[Report](), False
        self.came = threading.Event()

    def keep(self, report: Report) -> bool:
        if self.broken:
            raise LedgerError("broken")
        self.reports.append(report)
        self.came.set()
        return report.transaction_uid in self.known


@pytest.fixture
def provider() -> Iterator[CommitmentProvider]:
    provider = CommitmentProvider()
    yield provider
    provider.stop()


def scu(at: int, mailbox: Mailbox, **provider: Any) -> CommitmentScu:
    destination = {"name": "pacs", "kind": "dicom", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": at}
    table = {"commitment": True, "timeout_seconds": 3, "commitment_provider": {"linger_seconds": 0.1} | provider}
    (settings,) = Settings.model_validate({"destination": [destination | table]}).destination
    return CommitmentScu(settings, "OSTEONODE", mailbox.keep)


def test_a_request_names_its_transaction_and_every_object(provider: CommitmentProvider) -> None:
    assert scu(provider.start(), Mailbox()).ask(COMMITMENT).outcome is Outcome.DELIVERED
    (asked,) = provider.requests
    assert asked.TransactionUID == COMMITMENT.transaction_uid
    assert [item.ReferencedSOPInstanceUID for item in asked.ReferencedSOPSequence] == ["1.2.3", "1.2.4"]


def test_a_report_on_the_association_of_the_request_is_taken(provider: CommitmentProvider) -> None:
    provider.on_same = True
    mailbox = Mailbox(COMMITMENT.transaction_uid)
    assert scu(provider.start(), mailbox, linger_seconds=5).ask(COMMITMENT).outcome is Outcome.DELIVERED
    assert [each.committed for each in mailbox.reports] == [{"1.2.3", "1.2.4"}]


@pytest.mark.parametrize(
    ("status", "outcome"), [(0x0124, Outcome.REFUSED), (0x0110, Outcome.RETRY), (0x0213, Outcome.RETRY)]
)
def test_what_a_provider_answers_decides_whether_it_is_asked_again(
    provider: CommitmentProvider, status: int, outcome: Outcome
) -> None:
    provider.status = status
    asked = scu(provider.start(), Mailbox()).ask(COMMITMENT)
    assert (asked.outcome, f"0x{status:04X}" in asked.explanation) == (outcome, True)


def test_a_provider_elsewhere_is_asked_there(provider: CommitmentProvider) -> None:
    provider.title = "KEEPER"
    asked = scu(1, Mailbox(), ae_title="KEEPER", port=provider.start()).ask(COMMITMENT)
    assert asked.outcome is Outcome.DELIVERED


def test_nobody_there_and_a_peer_without_the_class_are_told_in_words() -> None:
    assert scu(1, Mailbox()).ask(COMMITMENT).outcome is Outcome.RETRY
    ae = AE("ARCHIVE")
    ae.add_supported_context(ComputedRadiographyImageStorage)
    server = ae.start_server(("127.0.0.1", 0), block=False)
    asked = scu(server.server_address[1], Mailbox()).ask(COMMITMENT)
    server.shutdown()
    assert (asked.outcome, "commitment = false" in asked.explanation) == (Outcome.REFUSED, True)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox(COMMITMENT.transaction_uid)


@pytest.fixture
def port(tmp_path: Path, mailbox: Mailbox) -> Iterator[int]:
    """The port of a listener that admits MOD1 as a sender, and ARCHIVE because it commits."""
    destination = {"name": "pacs", "kind": "dicom", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": 104}
    settings = Settings.model_validate(
        {
            "node": {"port": 0},
            "sender": [{"ae_title": "MOD1"}],
            "destination": [destination | {"commitment": True}],
            "limits": {"free_disk_mib": 1},
        }
    )
    commitment = CommitmentScp(
        settings, mailbox.keep, CommitmentRequests(create_engine("sqlite://"), tmp_path), FakeClock()
    )
    scp = StorageScp(settings, FakeInstanceLedger(), FakeClock(), tmp_path, [commitment])
    scp.start()
    yield scp.port
    scp.stop(grace_seconds=2.0)


def report(**failed: int) -> Dataset:
    return report_of(write_request(COMMITMENT.transaction_uid, COMMITMENT.items), **failed)


def test_a_report_on_an_association_of_the_archives_own_is_taken_also_twice(port: int, mailbox: Mailbox) -> None:
    assert call_and_report(port, [report(_1=0x0112), report(_1=0x0112)]) == [0, 0]
    assert [each.failed for each in mailbox.reports] == [{"1.2.4": 0x0112}] * 2
    assert mailbox.reports[0].committed == {"1.2.3"}


def unknown() -> Dataset:
    return report_of(write_request("2.25.7", COMMITMENT.items))


def nameless() -> Dataset:
    ds = report()
    del ds.TransactionUID
    return ds


@pytest.mark.parametrize(
    ("ds", "options", "status"),
    [
        (unknown(), {}, 0x0115),
        (nameless(), {}, 0x0115),
        (report(), {"event_type": 7}, 0x0113),
        (report(), {"instance": "1.2.3"}, 0x0112),
    ],
)
def test_a_report_that_is_none_is_answered_with_the_fault(
    port: int, ds: Dataset, options: dict[str, Any], status: int
) -> None:
    assert call_and_report(port, [ds, report()], send=lambda assoc, each: send_report(assoc, each, **options)) == [
        status,
        status if options else 0,
    ]


def test_a_report_that_cannot_be_kept_is_to_come_again(port: int, mailbox: Mailbox) -> None:
    mailbox.broken = True
    assert call_and_report(port, [report()]) == [0x0110]
    mailbox.broken = False
    assert call_and_report(port, [report()]) == [0]


def test_who_is_neither_sender_nor_archive_may_not_report(port: int) -> None:
    assert call_and_report(port, [report()], calling="STRANGER") is None


def test_an_archive_that_may_report_may_not_send_images_for_that(port: int) -> None:
    accepted = []
    for title in ("ARCHIVE", "MOD1"):
        ae = AE(title)
        ae.add_requested_context(ComputedRadiographyImageStorage)
        assoc = ae.associate("127.0.0.1", port, ae_title="OSTEONODE", bind_address=("127.0.0.1", 0))
        accepted.append(len(assoc.accepted_contexts))
        assoc.release() if assoc.is_established else None
    assert accepted == [0, 1]
