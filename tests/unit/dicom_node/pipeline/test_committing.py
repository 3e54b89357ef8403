"""Committing: the loop asks the ledger what is due, and goes on from wherever it was cut short."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import func, select

from config.settings import Destination
from dicom_node.ledger.commitment_tables import commitment_ask
from dicom_node.ledger.commitments import Commitments
from dicom_node.ledger.database import looking
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.purging import Purging
from dicom_node.pipeline.committing import Committing, commit_due, keep_report
from domain.commitment import NO_SUCH_OBJECT, Commitment, CommitmentState, Report
from domain.correction import Retraction, RetractionReason
from domain.delivery import DeliveryState, Outcome
from tests.fakes.chance import FakeChance
from tests.unit.dicom_node.pipeline.workbench import Workbench

HOUR = 3600.0
PACS = Destination.model_validate(
    {
        "name": "pacs",
        "kind": "dicom",
        "ae_title": "ARCHIVE",
        "host": "pacs",
        "port": 104,
        "commitment": True,
        "retry": {"max_attempts": 3},
    }
)
State = CommitmentState


@dataclass
class Asked:
    outcome: Outcome
    explanation: str = ""


@dataclass
class FakeProvider:
    """Takes requests, or ends them as its script says; may report before it answers."""

    outcomes: list[Outcome] = field(default_factory=list)
    requests: list[Commitment] = field(default_factory=list)
    hasty: bool = False
    bench: "CommittingBench | None" = None

    def ask(self, commitment: Commitment) -> Asked:
        self.requests.append(commitment)
        if self.hasty and self.bench is not None:
            self.bench.report(commitment.transaction_uid)
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.DELIVERED
        return Asked(outcome, "" if outcome is Outcome.DELIVERED else "scripted")


class CommittingBench:
    """A workbench whose archive commits, or does not."""

    def __init__(self, bench: Workbench) -> None:
        self.bench, self.provider = bench, FakeProvider(bench=self)
        self.book = Commitments(bench.engine, bench.starts)
        self.work = Committing(PACS, self.book, self.provider, bench.clock, FakeChance(1 - 1e-9))
        self.keep = partial(keep_report, self.book, [PACS], bench.clock)

    def deliver(self, study: str = "1", image: str = "1") -> None:
        self.bench.arrive(study, image)
        self.bench.complete()
        self.bench.deliver()

    def commit(self) -> int:
        return commit_due(self.work)

    def report(self, transaction_uid: str, failed: Mapping[str, int] | None = None) -> bool:
        last = next(each for each in self.provider.requests if each.transaction_uid == transaction_uid)
        kept = {item.sop_instance_uid for item in last.items} - (failed or {}).keys()
        return self.keep(Report(transaction_uid, frozenset(kept), failed or {}))

    def report_last(self, failed: int = 0) -> bool:
        """Report on the last request: everything is kept, or nothing for this reason."""
        last = self.provider.requests[-1]
        return self.report(
            last.transaction_uid, {i.sop_instance_uid: failed for i in last.outstanding} if failed else {}
        )

    def state(self) -> CommitmentState:
        return self.commitment.state

    @property
    def commitment(self) -> Commitment:
        (commitment,) = self.bench.history("1").commitments
        return commitment


@pytest.fixture
def site(bench: Workbench) -> CommittingBench:
    return CommittingBench(bench)


def test_what_is_delivered_is_asked_for_and_then_committed(site: CommittingBench) -> None:
    site.deliver()
    assert site.commit() == 1
    assert site.state() is State.ASKED
    assert [item.sop_instance_uid for item in site.provider.requests[0].items] == [
        "1.1.1.0"
    ]  # the message is no object
    assert site.report_last()
    assert site.state() is State.COMMITTED
    assert site.commitment.committed_at == site.bench.clock.now()
    assert site.commit() == 0


def test_what_is_not_delivered_is_not_asked_for(site: CommittingBench) -> None:
    site.bench.expect(pacs=[Outcome.RETRY])
    site.deliver()
    assert site.commit() == 0
    assert site.bench.history("1").commitments == ()


def test_what_is_not_kept_is_delivered_again_and_asked_for_again(site: CommittingBench) -> None:
    site.deliver()
    site.commit()
    site.report_last(NO_SUCH_OBJECT)
    site.commit()
    assert site.state() is State.RESENDING
    site.bench.deliver()
    assert [[each.identifier for each in sent] for sent in site.bench.pacs.attempts] == [["1.1.1.0"]] * 2
    site.commit()
    first, second = site.provider.requests
    assert first.transaction_uid != second.transaction_uid
    site.report_last()
    assert site.state() is State.COMMITTED


def test_what_a_later_version_has_replaced_is_not_sent_again(site: CommittingBench) -> None:
    site.deliver()
    site.commit()
    site.deliver(image="2")
    site.report_last(NO_SUCH_OBJECT)
    site.commit()
    first, _second = site.bench.history("1").commitments
    assert first.state is State.SUPERSEDED
    assert len(site.bench.pacs.attempts) == 2


def test_what_was_retracted_is_not_sent_again(site: CommittingBench) -> None:
    site.deliver()
    site.commit()
    person = Interventions(site.bench.engine, site.bench.clock, site.bench.starts)
    person.retract("1.1", Retraction(RetractionReason.WRONG_SIDE, "", ""))
    site.report_last(NO_SUCH_OBJECT)
    site.commit()
    assert site.state() is State.SUPERSEDED


def test_a_provider_that_is_not_there_is_asked_later_under_the_same_uid_and_then_held(site: CommittingBench) -> None:
    site.provider.outcomes = [Outcome.RETRY] * 3
    site.deliver()
    for _ in range(3):
        assert site.commit() == 1
        site.bench.clock.advance(HOUR)
    assert len({each.transaction_uid for each in site.provider.requests}) == 1
    assert (site.state(), site.commitment.explanation) == (State.HELD, "scripted")
    person = Interventions(site.bench.engine, site.bench.clock, site.bench.starts)
    assert person.retry_delivery("1.1") == 1
    assert site.commit() == 1
    assert site.state() is State.ASKED


def test_a_provider_that_refuses_for_good_waits_for_a_person(site: CommittingBench) -> None:
    site.provider.outcomes = [Outcome.REFUSED]
    site.deliver()
    site.commit()
    assert site.state() is State.HELD


def test_a_provider_that_is_not_there_is_not_asked_for_each_study_at_once(site: CommittingBench) -> None:
    site.provider.outcomes = [Outcome.RETRY]
    for study in ("1", "2", "3"):
        site.deliver(study)
    assert site.commit() == 1


def test_a_provider_that_is_silent_is_asked_again_and_then_held(site: CommittingBench) -> None:
    site.deliver()
    site.commit()
    site.bench.clock.advance(25 * HOUR)
    site.commit()
    assert len(site.provider.requests) == 2
    site.bench.clock.advance(25 * HOUR)
    site.commit()
    assert site.state() is State.HELD


def test_a_report_to_the_first_of_two_requests_counts(site: CommittingBench) -> None:
    site.deliver()
    site.commit()
    site.bench.clock.advance(25 * HOUR)
    site.commit()
    assert site.report(site.provider.requests[0].transaction_uid)
    assert site.state() is State.COMMITTED
    assert site.report_last()
    assert site.state() is State.COMMITTED


def test_a_report_before_the_answer_to_the_request_is_not_lost(site: CommittingBench) -> None:
    site.provider.hasty = True
    site.deliver()
    site.commit()
    assert site.state() is State.COMMITTED


def test_a_report_on_an_unknown_transaction_is_told_so(site: CommittingBench) -> None:
    assert not site.keep(Report("2.25.1", frozenset({"1.1.1.0"})))


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("method", ["open_new", "begin", "change", "resend"])
@pytest.mark.parametrize("after", [True, False])
def test_a_node_that_dies_at_any_step_goes_on_where_the_row_says(
    site: CommittingBench, monkeypatch: pytest.MonkeyPatch, method: str, after: bool
) -> None:
    site.deliver()
    real = getattr(site.book, method)

    def die(*arguments: object) -> object:
        if after:
            real(*arguments)
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(site.book, method, die)
        if method == "resend":
            site.commit()
            site.report_last(NO_SUCH_OBJECT)
        with pytest.raises(Died):
            site.commit()
    for _ in range(3):  # the next life
        site.commit()
        site.bench.deliver()
    site.report_last()
    assert site.state() is State.COMMITTED
    with looking(site.bench.engine) as connection:
        asked = connection.execute(select(func.count()).select_from(commitment_ask)).scalar_one()
    assert asked == len({each.transaction_uid for each in site.provider.requests})


def test_nothing_is_purged_before_it_is_committed(site: CommittingBench) -> None:
    bench = site.bench
    site.deliver()
    purging = Purging(bench.engine, bench.folder, bench.clock, committing={"pacs"})
    assert purging.purge("images", "1.1").outstanding == ("pacs has not been asked to commit to it",)
    site.commit()
    assert purging.purge("history", "1.1").outstanding == ("pacs has not committed to it (asked)",)
    site.report_last()
    assert purging.purge("history", "1.1").outstanding == ()
    assert not site.keep(Report(site.provider.requests[0].transaction_uid, frozenset()))


def test_delivered_and_committed_are_two_words(site: CommittingBench) -> None:
    site.deliver()
    site.commit()
    history = site.bench.history("1")
    assert {each.state for each in history.deliveries} == {DeliveryState.DELIVERED}
    assert history.commitments[0].state is State.ASKED
