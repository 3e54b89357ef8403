from dataclasses import replace

import pytest

from dicom_node.ledger.interventions import Interventions
from dicom_node.pipeline.failures import backoff_seconds
from domain.delivery import DeliveryState, Outcome
from domain.document import DocumentKind
from reporting.compose import Composition
from tests.fakes.chance import FakeChance
from tests.fakes.destination import FakeDestination
from tests.unit.dicom_node.pipeline.workbench import Workbench


@pytest.fixture
def pictures(bench: Workbench) -> list[str]:
    """Let an answer have three captures beside the report; return their identifiers once it is composed."""
    made: list[str] = []

    def compose(*asked: object) -> Composition:
        report, message = bench.composer(*asked).documents  # type: ignore[arg-type]
        captures = [
            replace(report, kind=DocumentKind.SECONDARY_CAPTURE, identifier=f"{report.identifier}.{number}")
            for number in range(3)
        ]
        made.extend(each.identifier for each in captures)
        return Composition((report, *captures, message))

    bench.parts = replace(bench.parts, compose=compose)
    return made


def sent(destination: FakeDestination) -> list[list[str]]:
    return [[document.identifier for document in attempt] for attempt in destination.attempts]


def pacs_delivery(bench: Workbench, version: int = 1) -> DeliveryState:
    return bench.ledger.delivery("1.1", version, "pacs").state


def interventions(bench: Workbench) -> Interventions:
    return Interventions(bench.engine, bench.clock, bench.starts)


def test_only_instances_that_failed_are_sent_again(bench: Workbench, pictures: list[str]) -> None:
    bench.arrive("1", "1")
    bench.complete()
    bench.pacs.always = {pictures[1]: Outcome.RETRY}
    bench.deliver()
    bench.pacs.always = {}
    bench.deliver()
    assert sent(bench.pacs)[1] == [pictures[1]]
    assert pacs_delivery(bench) is DeliveryState.DELIVERED


def test_what_is_refused_for_good_is_not_sent_again_beside_what_is_worth_a_retry(
    bench: Workbench, pictures: list[str]
) -> None:
    bench.arrive("1", "1")
    bench.complete()
    bench.pacs.always = {pictures[0]: Outcome.REFUSED, pictures[1]: Outcome.RETRY}
    bench.deliver()
    bench.pacs.always = {pictures[0]: Outcome.REFUSED}
    bench.deliver()
    assert sent(bench.pacs)[1] == [pictures[1]]
    held = bench.ledger.delivery("1.1", 1, "pacs")
    assert (held.state, held.attempts) == (DeliveryState.HELD, 2)
    assert "1 documents were refused before and not sent again: scripted refused" in held.explanation


def test_a_person_who_asks_again_has_what_was_refused_offered_again_and_nothing_else(
    bench: Workbench, pictures: list[str]
) -> None:
    bench.arrive("1", "1")
    bench.complete()
    bench.pacs.always = {pictures[0]: Outcome.REFUSED}
    bench.deliver()
    bench.pacs.always = {}
    interventions(bench).retry_delivery("1.1", "pacs")
    bench.deliver()
    assert sent(bench.pacs)[1] == [pictures[0]]
    assert pacs_delivery(bench) is DeliveryState.DELIVERED


def test_waits_are_drawn_between_nothing_and_the_whole_backoff(bench: Workbench) -> None:
    bench.parts = replace(bench.parts, chance=FakeChance(seed=1))
    bench.expect(pacs=[Outcome.RETRY] * 4)
    bench.arrive("1", "1")
    bench.complete()
    waits = [delay for _ in range(5) for delay in bench.deliver() if delay]
    retry, drawn = bench.parts.settings.destination[0].retry, FakeChance(seed=1)
    assert waits == pytest.approx(
        [drawn.fraction() * (backoff_seconds(attempt, retry) or 0) for attempt in range(1, 5)], abs=1e-5
    )


def test_a_version_that_was_released_beside_a_planned_correction_goes_first(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED])
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    bench.arrive("1", "2")
    bench.complete()
    interventions(bench).release("1.1", "pacs")
    planned = [each for each, _ in bench.starts.deliveries if each.destination == "pacs"]
    assert [each.version for each in planned] == [2, 1]
    bench.deliver()
    bench.deliver()
    versions = [{document.version for document in attempt} for attempt in bench.pacs.attempts]
    assert versions == [{1}, {1}, {2}]


def test_a_version_whose_correction_has_arrived_meanwhile_is_held_and_says_so(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED])
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    bench.arrive("1", "2")
    bench.complete()
    second = next(each for each, _ in bench.starts.deliveries if each.destination == "pacs")
    claimed = bench.ledger.claim_attempt(second)
    interventions(bench).release("1.1", "pacs")
    assert claimed is not None
    bench.ledger.keep_attempt(claimed, bench.pacs.deliver(bench.ledger.documents("1.1", 2)), retry_after_seconds=None)
    bench.deliver()
    assert [pacs_delivery(bench, version) for version in (1, 2)] == [DeliveryState.HELD, DeliveryState.DELIVERED]
    assert "version 2 of this study" in bench.ledger.delivery("1.1", 1, "pacs").explanation


def test_a_replay_sends_the_same_bytes_under_the_same_identifiers(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED])
    bench.ris.always = {"1.1.1.6": Outcome.REFUSED}
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    bench.ris.always = {}
    assert interventions(bench).replay() == 2
    bench.deliver()
    for destination in (bench.pacs, bench.ris):
        first, second = destination.attempts
        assert first == second
    assert {each.state for each in bench.history("1").deliveries} == {DeliveryState.DELIVERED}
