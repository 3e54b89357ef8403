"""Shadow mode through the pipeline: everything is read and recorded, and nothing is ever sent by surprise."""

import logging

import pytest

from dicom_node.ledger.interventions import Interventions
from domain.correction import Retraction, RetractionReason
from domain.delivery import DeliveryState, Outcome
from domain.errors import InterventionRefused
from domain.shadow import NODE
from domain.study import StudyState
from tests.fakes.explainers import LightExplainer
from tests.unit.dicom_node.pipeline.workbench import Workbench


def work(bench: Workbench, study: str = "1", image: str = "1", *, called: str = "OSTEONODE") -> None:
    """Let an image arrive, and do everything that follows from it."""
    bench.clock.advance(1)
    bench.arrive(study, image, called=called)
    bench.read()
    bench.complete()
    bench.deliver()


def interventions(bench: Workbench) -> Interventions:
    return Interventions(bench.engine, bench.clock, bench.starts)


def states(bench: Workbench, study: str = "1") -> list[StudyState]:
    return [line.study.state for line in bench.history(study).versions]


def sent(bench: Workbench) -> int:
    return len(bench.pacs.attempts) + len(bench.ris.attempts)


def test_the_answer_is_composed_and_kept_and_goes_nowhere(bench: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    bench.restart_in_shadow(NODE)
    with caplog.at_level(logging.WARNING):
        work(bench)
    history = bench.history("1")
    assert states(bench) == [StudyState.SHADOW]
    assert len(history.documents) == 2
    assert history.deliveries == history.attempts == ()
    assert sent(bench) == 0
    assert "is answered in shadow mode, nothing is sent: this node is in shadow mode" in caplog.text


def test_nobody_is_sent_an_explanation_either(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    bench.explain_with(LightExplainer())
    work(bench)
    assert bench.explain() == []
    assert bench.history("1").explanations == ()


def test_one_title_is_in_shadow_mode_and_the_others_are_answered(bench: Workbench) -> None:
    bench.restart_in_shadow("TRIAL")
    work(bench, "1", called="TRIAL")
    work(bench, "2")
    assert (states(bench, "1"), states(bench, "2")) == ([StudyState.SHADOW], [StudyState.ANSWERED])
    assert {key.study_instance_uid for attempt in bench.pacs.attempts for key in attempt} == {"1.2"}


def test_a_study_of_which_one_image_came_to_a_title_in_shadow_is_not_sent(bench: Workbench) -> None:
    bench.restart_in_shadow("TRIAL")
    bench.arrive("1", "1", called="TRIAL")
    work(bench, "1", "2")
    assert states(bench) == [StudyState.SHADOW]
    assert sent(bench) == 0


def test_leaving_the_mode_sends_nothing_of_that_time(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    work(bench)
    bench.restart_in_shadow()
    bench.deliver()
    assert interventions(bench).retry_delivery("1.1") == interventions(bench).release("1.1") == 0
    assert interventions(bench).replay() == 0
    assert sent(bench) == 0


def test_a_study_that_came_in_shadow_mode_and_is_answered_after_it_is_not_sent(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    bench.clock.advance(1)
    bench.arrive("1", "1")
    bench.clock.advance(1)
    bench.restart_in_shadow()
    bench.read()
    bench.complete()
    bench.deliver()
    assert states(bench) == [StudyState.SHADOW]
    assert sent(bench) == 0


def test_a_late_image_after_the_mode_is_answered_as_if_nothing_had_been_said(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    work(bench)
    bench.restart_in_shadow()
    work(bench, "1", "2")
    assert states(bench) == [StudyState.SHADOW, StudyState.ANSWERED]
    context, _findings, images = bench.composer.asked[-1]
    assert (context.superseded, context.predecessors, len(images)) == (None, (), 2)
    assert len(bench.pacs.attempts) == len(bench.ris.attempts) == 1


def test_a_study_of_that_time_is_answered_after_it_where_a_person_asks(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    work(bench)
    bench.restart_in_shadow()
    bench.clock.advance(1)
    interventions(bench).reread("1.1")
    bench.answer()
    bench.deliver()
    assert states(bench) == [StudyState.SHADOW, StudyState.ANSWERED]
    assert bench.composer.asked[-1][0].superseded is None
    assert sent(bench) == 2


def test_what_a_person_asked_for_in_shadow_mode_stays_in_it(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    work(bench)
    bench.clock.advance(1)
    interventions(bench).reread("1.1")
    bench.clock.advance(1)
    bench.restart_in_shadow()
    bench.answer()
    assert states(bench) == [StudyState.SHADOW, StudyState.SHADOW]


def test_what_waited_for_an_archive_when_the_mode_began_is_held_for_a_person(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.RETRY])
    work(bench)
    assert bench.restart_in_shadow(NODE) == 1
    bench.deliver()
    assert len(bench.pacs.attempts) == 1
    (held,) = (each for each in bench.history("1").deliveries if each.destination == "pacs")
    assert held.state is DeliveryState.HELD
    assert "this node is in shadow mode" in held.explanation
    bench.restart_in_shadow()
    bench.deliver()
    assert len(bench.pacs.attempts) == 1
    assert interventions(bench).retry_delivery("1.1") == 1
    bench.deliver()
    assert len(bench.pacs.attempts) == 2


def test_a_person_who_tries_again_in_shadow_mode_sends_nothing(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED])
    work(bench)
    bench.restart_in_shadow(NODE)
    interventions(bench).retry_delivery("1.1")
    bench.deliver()
    assert len(bench.pacs.attempts) == 1
    assert "shadow mode" in bench.history("1").attempts[-1].explanation


def test_who_has_an_earlier_answer_that_is_corrected_in_shadow_mode_is_not_forgotten(bench: Workbench) -> None:
    work(bench)
    bench.restart_in_shadow(NODE)
    work(bench, "1", "2")
    assert states(bench) == [StudyState.ANSWERED, StudyState.ANSWERED]
    corrected = [each for each in bench.history("1").deliveries if each.version == 2]
    assert {each.destination: each.state for each in corrected} == dict.fromkeys(["pacs", "ris"], DeliveryState.HELD)
    assert "earlier version still stands there" in corrected[0].explanation
    assert sent(bench) == 2


def test_a_result_that_was_sent_is_not_taken_back_while_nobody_would_be_told(bench: Workbench) -> None:
    work(bench)
    bench.restart_in_shadow(NODE)
    with pytest.raises(InterventionRefused, match="leave shadow mode"):
        interventions(bench).retract("1.1", Retraction(RetractionReason.OTHER))
    bench.restart_in_shadow()
    assert interventions(bench).retract("1.1", Retraction(RetractionReason.OTHER)) == 2


def test_a_result_that_nobody_has_cannot_be_taken_back(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    work(bench)
    bench.restart_in_shadow()
    with pytest.raises(InterventionRefused, match="reached nobody"):
        interventions(bench).retract("1.1", Retraction(RetractionReason.OTHER))


def test_a_retraction_that_was_asked_before_the_mode_waits_for_a_person(bench: Workbench) -> None:
    work(bench)
    interventions(bench).retract("1.1", Retraction(RetractionReason.OTHER))
    bench.restart_in_shadow(NODE)
    bench.answer()
    bench.deliver()
    assert states(bench) == [StudyState.ANSWERED, StudyState.RETRACTED]
    taken_back = [each.state for each in bench.history("1").deliveries if each.version == 2]
    assert taken_back == [DeliveryState.HELD] * 2
    assert sent(bench) == 2


def test_what_came_between_two_times_of_shadow_mode_was_sent(bench: Workbench) -> None:
    bench.restart_in_shadow(NODE)
    bench.clock.advance(1)
    bench.restart_in_shadow()
    work(bench)
    bench.restart_in_shadow(NODE)
    assert states(bench) == [StudyState.ANSWERED]
    assert sent(bench) == 2
