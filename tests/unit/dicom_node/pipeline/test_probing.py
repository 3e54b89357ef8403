import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dicom_node.ledger.breakers import Breakers, every
from dicom_node.ledger.database import looking
from dicom_node.ledger.interventions import Interventions
from dicom_node.pipeline.probing import Probing
from dicom_node.ports import Probe
from domain.breaker import Breaker, BreakerState
from domain.delivery import Attempt, DeliveryState, Outcome
from domain.document import Document
from tests.fakes.destination import FakeDestination
from tests.fakes.hospital import make_settings
from tests.unit.dicom_node.pipeline.workbench import Workbench

LIMIT = 5  # the default of destination.breaker.failures


class HangingDestination(FakeDestination):
    """A peer that takes a connection and says nothing until it is let go."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.go_on = threading.Event()

    def probe(self) -> Probe:
        self.go_on.wait(10)
        return super().probe()

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        raise AssertionError("nothing goes to a destination that is left alone")


def breaker(bench: Workbench, name: str = "pacs") -> Breaker | None:
    with looking(bench.engine) as connection:
        return next((each for each in every(connection) if each.destination == name), None)


def state(bench: Workbench, name: str = "pacs") -> BreakerState:
    found = breaker(bench, name)
    return BreakerState.CLOSED if found is None else found.state


def probe_in_seconds(bench: Workbench) -> float:
    found = breaker(bench)
    assert found is not None
    assert found.probe_at is not None
    return (found.probe_at - bench.clock.now()).total_seconds()


def answer(bench: Workbench, *studies: str) -> None:
    for study in studies:
        bench.arrive(study, "1")
    bench.read()
    bench.complete()


def drain(bench: Workbench) -> None:
    """Make every attempt that is planned, and those that follow."""
    for _ in range(300):
        if not bench.starts.deliveries:
            return
        bench.deliver()
    raise AssertionError("attempts without end")


@pytest.fixture
def probing(bench: Workbench) -> Probing:
    return Probing(bench.parts)


def look(bench: Workbench, probing: Probing, *, seconds: float = 1.0) -> None:
    """Let time pass, look, and look again when the probes have ended."""
    bench.clock.advance(seconds)
    probing.look()
    probing.wait()
    probing.look()


def shut(bench: Workbench) -> Probing:
    """Let the archive fail until it is left alone, with three studies that wait for it."""
    bench.expect(pacs=[Outcome.RETRY] * LIMIT)
    bench.pacs.reachable = False
    answer(bench, "1", "2", "3")
    drain(bench)
    return Probing(bench.parts)


def test_failures_of_any_studies_open_it_and_then_nothing_is_attempted_or_counted(bench: Workbench) -> None:
    shut(bench)
    assert len(bench.pacs.attempts) == LIMIT
    assert state(bench) is BreakerState.OPEN
    deliveries = [bench.ledger.delivery(f"1.{study}", 1, "pacs") for study in "123"]
    assert {each.state for each in deliveries} == {DeliveryState.WAITING}
    assert sum(each.attempts for each in deliveries) == LIMIT
    assert [each.next_attempt_at for each in deliveries] == [None] * 3


def test_an_hour_of_absence_costs_no_attempt_and_everything_arrives_when_it_is_back(bench: Workbench) -> None:
    probing = shut(bench)
    for _ in range(12):
        look(bench, probing, seconds=300)
        drain(bench)
    assert len(bench.pacs.attempts) == LIMIT
    assert bench.pacs.probes == 12
    bench.pacs.reachable = True
    look(bench, probing, seconds=30)
    drain(bench)
    look(bench, probing)
    drain(bench)
    assert {bench.ledger.delivery(f"1.{study}", 1, "pacs").state for study in "123"} == {DeliveryState.DELIVERED}
    assert state(bench) is BreakerState.CLOSED


def test_half_open_lets_one_through_and_the_rest_when_it_has_arrived(bench: Workbench) -> None:
    probing = shut(bench)
    bench.pacs.reachable = True
    look(bench, probing, seconds=30)
    assert (state(bench), len(bench.starts.deliveries)) == (BreakerState.HALF_OPEN, 1)
    (trial,) = bench.starts.deliveries
    bench.starts.deliveries = []
    answer(bench, "4")
    drain(bench)
    assert len(bench.pacs.attempts) == LIMIT
    bench.starts.deliveries = [trial]
    drain(bench)
    assert len(bench.pacs.attempts) == LIMIT + 1
    look(bench, probing)
    assert {each.study_instance_uid for each, _ in bench.starts.deliveries} < {"1.1", "1.2", "1.3", "1.4"}
    assert len(bench.starts.deliveries) == 3


def test_one_that_answers_the_probe_and_takes_nothing_is_left_alone_longer_and_longer(bench: Workbench) -> None:
    probing = shut(bench)
    bench.pacs.reachable = True
    bench.connect(FakeDestination("pacs", [Outcome.RETRY] * 3))
    probing = Probing(bench.parts)
    for trials in (1, 2, 3):
        look(bench, probing, seconds=1000)
        drain(bench)
        found = breaker(bench)
        assert found is not None
        assert (found.state, found.trials) == (BreakerState.OPEN, trials)
    attempts = [bench.ledger.delivery(f"1.{study}", 1, "pacs").attempts for study in "123"]
    assert sum(attempts) == LIMIT + 3
    assert max(attempts) - min(attempts) <= 1


def test_what_is_refused_for_good_opens_nothing_and_an_answer_begins_the_count_anew(bench: Workbench) -> None:
    bench.expect(pacs=[*[Outcome.RETRY] * (LIMIT - 1), Outcome.REFUSED, *[Outcome.RETRY] * (LIMIT - 1)])
    answer(bench, "1", "2", "3")
    drain(bench)
    assert state(bench) is BreakerState.CLOSED
    assert len(bench.pacs.attempts) == 2 * LIMIT + 1


def test_a_destination_that_hangs_keeps_no_other_waiting(bench: Workbench) -> None:
    shut(bench)
    hanging = HangingDestination("pacs")
    bench.connect(hanging)
    probing = Probing(bench.parts)
    bench.clock.advance(30)
    probing.look()
    probing.look()
    answer(bench, "4")
    drain(bench)
    assert [each[0].study_instance_uid for each in bench.ris.attempts][-1] == "1.4"
    hanging.go_on.set()
    probing.wait()
    assert hanging.probes == 1


def test_what_a_probe_finds_after_the_node_has_stopped_is_not_kept(bench: Workbench) -> None:
    shut(bench)
    hanging = HangingDestination("pacs")
    bench.connect(hanging)
    probing = Probing(bench.parts)
    bench.clock.advance(30)
    probing.look()
    probing.stop()
    hanging.go_on.set()
    probing.wait()
    assert (hanging.probes, state(bench)) == (1, BreakerState.OPEN)


def test_a_restart_keeps_it_open_and_probes_at_once(bench: Workbench) -> None:
    shut(bench)
    bench.pacs.reachable = True
    restarted = Probing(bench.parts)
    restarted.start()
    assert state(bench) is BreakerState.OPEN
    look(bench, restarted, seconds=0)
    assert state(bench) is BreakerState.HALF_OPEN


def test_a_trial_that_a_crash_cut_off_or_a_person_held_is_followed_by_another(bench: Workbench) -> None:
    probing = shut(bench)
    bench.pacs.reachable = True
    look(bench, probing, seconds=30)
    ((trial, _delay),) = bench.starts.deliveries
    Interventions(bench.engine, bench.clock, bench.starts).hold(trial.study_instance_uid)
    look(bench, probing)
    drain(bench)
    assert state(bench) is BreakerState.CLOSED


def test_a_destination_without_a_breaker_is_forgotten_at_the_start_and_what_waited_goes(bench: Workbench) -> None:
    probing = shut(bench)
    Breakers(bench.engine, bench.clock, bench.starts).restart(["ris"])
    look(bench, probing, seconds=0)
    assert len(bench.starts.deliveries) == 3


def test_a_correction_that_waits_for_a_breaker_follows_what_it_corrects(bench: Workbench) -> None:
    probing = shut(bench)
    bench.arrive("1", "2")
    bench.complete()
    drain(bench)
    bench.pacs.reachable = True
    for _ in range(4):
        look(bench, probing, seconds=30)
        drain(bench)
    versions = [each[0].version for each in bench.pacs.attempts if each[0].study_instance_uid == "1.1"]
    assert versions == sorted(versions)
    assert versions[-1] == 2


def test_something_new_is_tried_soon_although_trials_failed_again_and_again(bench: Workbench) -> None:
    patient = make_settings(bench.folder, pacs=104, quiet_seconds=10, retry={"first_seconds": 200, "cap_seconds": 900})
    bench.parts = replace(bench.parts, settings=patient)
    shut(bench)
    bench.connect(FakeDestination("pacs", [Outcome.RETRY] * 3))
    probing = Probing(bench.parts)
    for _ in range(3):
        look(bench, probing, seconds=1000)
        drain(bench)
    assert probe_in_seconds(bench) > 100
    answer(bench, "4")
    drain(bench)
    assert probe_in_seconds(bench) <= 0.2
    look(bench, probing)
    drain(bench)
    assert bench.ledger.delivery("1.4", 1, "pacs").state is DeliveryState.DELIVERED


def test_what_waits_for_its_own_time_goes_at_once_when_the_destination_is_back(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.RETRY] * LIMIT)
    answer(bench, "1", "2")
    for _ in range(2):
        bench.deliver()
    late = next(each for each, _ in bench.starts.deliveries if each.study_instance_uid == "1.2")
    bench.starts.deliveries = [each for each in bench.starts.deliveries if each[0] != late]
    drain(bench)
    assert bench.ledger.delivery("1.2", 1, "pacs").next_attempt_at is not None
    probing = Probing(bench.parts)
    for _ in range(2):
        look(bench, probing, seconds=0.3)
        drain(bench)
    assert {bench.ledger.delivery(f"1.{study}", 1, "pacs").state for study in "12"} == {DeliveryState.DELIVERED}
    bench.attempt(late)
    assert [each[0].study_instance_uid for each in bench.pacs.attempts].count("1.2") == 3


def test_many_that_wait_are_planned_a_batch_at_a_time(bench: Workbench) -> None:
    shut(bench)
    breakers = Breakers(bench.engine, bench.clock, bench.starts, batch=2)
    breakers.restart([])
    assert [breakers.release() for _ in range(3)] == [2, 1, 0]
