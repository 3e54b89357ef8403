"""What modalities ask us to commit to: what is told of each instance, and when it is told again."""

from collections.abc import Sequence

import pytest
from pydicom.dataset import Dataset

from config.settings import Destination, Settings
from dicom_node.ledger.commitment_requests import CommitmentRequests
from dicom_node.ledger.purging import Purging
from dicom_node.pipeline.commitment_reports import NOT_CONFIGURED, Reporting, report_due
from domain.commitment import (
    CLASS_CONFLICT,
    DUPLICATE_TRANSACTION,
    NO_SUCH_OBJECT,
    PROCESSING_FAILURE,
    Item,
)
from domain.commitment_request import CommitmentRequest, RequestState
from domain.delivery import Outcome
from tests.fakes.chance import FakeChance
from tests.unit.dicom_node.pipeline.workbench import Workbench

CR = "1.2.840.10008.5.1.4.1.1.1"
OTHER_CLASS = "1.2.840.10008.5.1.4.1.1.7"
HOUR = 3600.0


class Modality:
    """What is asked by, and reported to, MODALITY, beside one that nobody gave a port."""

    def __init__(self, bench: Workbench) -> None:
        self.bench, self.book = bench, CommitmentRequests(bench.engine, bench.folder)
        self.outcomes: list[Outcome] = []
        self.sent: list[tuple[Destination, str, int, Dataset]] = []
        table = {"port": 105, "retry": {"max_attempts": 3}}
        senders = [{"ae_title": "*"}, {"ae_title": "MODALITY", "commitment": table}, {"ae_title": "DUMB"}]
        settings = Settings.model_validate({"sender": senders})
        self.work = Reporting(settings, self.book, self.send, bench.clock, FakeChance(1 - 1e-9))

    def send(self, peer: Destination, title: str, event_type: int, ds: Dataset) -> tuple[Outcome, str]:
        self.sent.append((peer, title, event_type, ds))
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.DELIVERED
        return outcome, "" if outcome is Outcome.DELIVERED else "scripted"

    def ask(
        self, uids: Sequence[str], *, transaction: str = "1.5", sop_class: str = CR, title: str = "MODALITY"
    ) -> None:
        items = [Item(sop_class, uid) for uid in uids]
        now = self.bench.clock.now()
        self.book.keep(
            transaction, items, calling_ae_title=title, called_ae_title="OSTEONODE", address="10.0.0.7", now=now
        )

    def report(self) -> int:
        return report_due(self.work)

    def said(self) -> tuple[int, list[str], dict[str, int]]:
        """Return Event Type, what is kept, and what is not and why, of the last report."""
        _peer, _title, event_type, ds = self.sent[-1]
        kept = [str(item.ReferencedSOPInstanceUID) for item in ds.get("ReferencedSOPSequence") or ()]
        lost = {
            str(each.ReferencedSOPInstanceUID): int(each.FailureReason) for each in ds.get("FailedSOPSequence") or ()
        }
        return event_type, kept, lost

    def states(self) -> list[RequestState]:
        return [each.state for each in reversed(self.book.latest())]


@pytest.fixture
def modality(bench: Workbench) -> Modality:
    return Modality(bench)


def test_what_the_ledger_has_is_kept_and_the_report_goes_where_the_request_came_from(modality: Modality) -> None:
    image = modality.bench.arrive("1", "1")
    modality.ask([image.sop_instance_uid])
    assert modality.report() == 1
    assert modality.said() == (1, [image.sop_instance_uid], {})
    peer, title, *_ = modality.sent[0]
    assert (peer.ae_title, peer.host, peer.port, title) == ("MODALITY", "10.0.0.7", 105, "OSTEONODE")
    assert modality.states() == [RequestState.REPORTED]
    assert modality.report() == 0


def test_each_instance_is_judged_by_itself(modality: Modality) -> None:
    first, second = modality.bench.arrive("1", "1"), modality.bench.arrive("1", "2")
    second.path.write_bytes(b"cut short")
    modality.ask([first.sop_instance_uid, second.sop_instance_uid, "1.2.99"])
    modality.report()
    lost = {second.sop_instance_uid: PROCESSING_FAILURE, "1.2.99": NO_SUCH_OBJECT}
    assert modality.said() == (2, [first.sop_instance_uid], lost)
    modality.ask([first.sop_instance_uid], transaction="1.6", sop_class=OTHER_CLASS)
    modality.report()
    assert modality.said() == (2, [], {first.sop_instance_uid: CLASS_CONFLICT})


def test_what_was_purged_is_not_kept(modality: Modality) -> None:
    bench = modality.bench
    image = bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    Purging(bench.engine, bench.folder, bench.clock).purge("images", "1.1")
    modality.ask([image.sop_instance_uid])
    modality.report()
    assert modality.said() == (2, [], {image.sop_instance_uid: NO_SUCH_OBJECT})


def test_a_request_that_comes_again_is_reported_again_and_is_no_duplicate(modality: Modality) -> None:
    image = modality.bench.arrive("1", "1")
    for _ in range(2):
        modality.ask([image.sop_instance_uid])
        assert modality.report() == 1
        assert modality.said()[0] == 1
    assert modality.states() == [RequestState.REPORTED]


def test_another_request_under_the_same_transaction_uid_is_told_so(modality: Modality) -> None:
    image = modality.bench.arrive("1", "1")
    modality.ask(["1.2.99"])
    modality.ask([image.sop_instance_uid])
    assert modality.report() == 2
    assert modality.said() == (2, [], {image.sop_instance_uid: DUPLICATE_TRANSACTION})


def test_a_modality_that_is_away_is_tried_again_and_hears_what_is_true_then(modality: Modality) -> None:
    modality.outcomes = [Outcome.RETRY]
    modality.ask(["1.1.1.1"])
    assert modality.report() == 0
    assert modality.report() == 0
    assert len(modality.sent) == 1
    modality.bench.arrive("1", "1")
    modality.bench.clock.advance(HOUR)
    assert modality.report() == 1
    assert modality.said() == (1, ["1.1.1.1"], {})


def test_it_is_not_tried_for_ever(modality: Modality) -> None:
    modality.outcomes = [Outcome.RETRY] * 3
    modality.ask(["1.1.1.1"])
    for _ in range(4):
        modality.report()
        modality.bench.clock.advance(HOUR)
    (request,) = modality.book.latest()
    assert (request.state, request.attempts, request.explanation) == (RequestState.GIVEN_UP, 3, "scripted")


def test_one_that_is_away_is_called_once_in_a_pass(modality: Modality) -> None:
    modality.outcomes = [Outcome.RETRY]
    for number in range(3):
        modality.ask(["1.1.1.1"], transaction=f"1.5.{number}")
    modality.report()
    assert len(modality.sent) == 1


def test_one_whose_table_is_gone_from_the_configuration_is_given_up_with_the_reason(modality: Modality) -> None:
    modality.ask(["1.1.1.1"], title="DUMB")
    modality.report()
    (request,) = modality.book.latest()
    assert (request.state, request.explanation) == (RequestState.GIVEN_UP, NOT_CONFIGURED)


def test_a_request_that_came_again_during_the_report_is_not_taken_for_reported(modality: Modality) -> None:
    modality.ask(["1.1.1.1"])
    (request,) = modality.book.due(modality.bench.clock.now())
    modality.bench.clock.advance(1)
    modality.ask(["1.1.1.1"])
    modality.book.end(request, modality.bench.clock.now())
    assert modality.states() == [RequestState.DUE]


def test_what_was_asked_long_ago_is_forgotten(modality: Modality) -> None:
    modality.ask(["1.1.1.1"])
    assert modality.book.forget(modality.bench.clock.now()) == 0
    modality.bench.clock.advance(HOUR)
    assert modality.book.forget(modality.bench.clock.now()) == 1


def test_a_request_knows_its_items(modality: Modality) -> None:
    modality.ask(["1.1.1.1"])
    (request,) = modality.book.latest()
    assert isinstance(request, CommitmentRequest)
    assert request.items == (Item(CR, "1.1.1.1"),)
