"""Explanations follow the answer and never touch it; the steps without their engine."""

import logging
from dataclasses import replace

import pytest

from dicom_node.ledger.interventions import Interventions
from dicom_node.pipeline import steps
from dicom_node.pipeline.explaining import NOTHING_TO_EXPLAIN, SWITCHED_OFF, choose_images
from dicom_node.pipeline.workflow_starts import answer_id, delivery_id, explanation_id
from dicom_node.ports import ExplainerClosed
from domain.delivery import DeliveryState, Outcome
from domain.document import DocumentKind
from domain.errors import DeadlineExceeded, DocumentError, LedgerFull, ModelError, ModelUnavailable
from domain.explanation import ExplanationState
from domain.finding import Fracture, FractureState, ImageReading
from domain.study import StudyState
from domain.tier import Tier
from inference.study import combine
from tests.fakes.explainers import LightExplainer
from tests.fakes.light_reader import failed_reading, make_reading
from tests.unit.dicom_node.pipeline.workbench import Workbench


def answered(bench: Workbench, *images: str) -> None:
    """Bring study 1 to its answer; nothing is sent yet."""
    for image in images or ("1",):
        bench.arrive("1", image)
    bench.read()
    assert bench.complete() == ["answered"]


def test_a_tier_that_states_no_places_is_not_explained(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    bench.arrive("1", "1", tier=Tier.TYPES)
    bench.read()
    assert bench.complete() == ["answered"]
    bench.deliver()
    assert bench.explain() == []
    assert bench.history("1").explanations == ()


def state_of(bench: Workbench) -> ExplanationState:
    return bench.history("1").explanations[-1].state


def test_the_explanation_starts_when_the_answer_has_left_and_goes_where_captures_go(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    assert bench.explain() == []
    bench.deliver()
    assert bench.explain() == ["made"]
    assert len(bench.pacs.attempts) == 1
    bench.deliver()
    assert [each.kind for each in bench.pacs.attempts[1]] == [DocumentKind.LIME_CAPTURE]
    assert len(bench.ris.attempts) == 1
    assert {each.destination: each.state for each in bench.history("1").deliveries} == dict.fromkeys(
        ["pacs", "pacs:lime", "ris"], DeliveryState.DELIVERED
    )


def test_nothing_is_explained_where_nobody_asked(bench: Workbench) -> None:
    answered(bench)
    bench.deliver()
    assert bench.starts.explanations == []
    assert bench.history("1").explanations == ()


def test_a_study_without_a_finding_is_not_explained(bench: Workbench) -> None:
    bench.explain_with(LightExplainer(), findings=["doubt"])
    answered(bench)
    bench.deliver()
    assert bench.history("1").explanations == ()


def test_while_the_archive_does_not_have_the_answer_nothing_is_explained_to_it(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.RETRY])
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    assert bench.starts.explanations == []
    bench.deliver()
    assert bench.explain() == ["made"]


def test_an_explanation_of_an_answer_that_is_held_is_held_with_it_and_released_with_it(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED])
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    assert bench.explain() == ["made"]
    bench.deliver()
    held = {each.destination for each in bench.history("1").deliveries if each.state is DeliveryState.HELD}
    assert held == {"pacs", "pacs:lime"}
    assert Interventions(bench.engine, bench.clock, bench.starts).release("1.1", "pacs") == 2


@pytest.mark.parametrize(
    "failure",
    [
        ModelError("the process that explains ended unexpectedly"),
        ModelUnavailable("this needs lime"),
        DeadlineExceeded("it took longer than explanations.deadline_seconds"),
        DocumentError("a bug"),
        KeyError("Sekret^Person"),
    ],
)
def test_a_failure_leaves_the_study_answered_and_is_told(
    bench: Workbench, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    bench.explain_with(LightExplainer(failure))
    answered(bench)
    bench.deliver()
    with caplog.at_level(logging.WARNING):
        assert bench.explain() == ["failed"]
    history = bench.history("1")
    assert history.versions[0].study.state is StudyState.ANSWERED
    assert {each.state for each in history.deliveries} == {DeliveryState.DELIVERED}
    assert state_of(bench) is ExplanationState.FAILED
    assert "osteonode release STUDY" in history.explanations[0].reason
    assert "Sekret" not in history.explanations[0].reason
    assert "could not be explained, its answer stands" in caplog.text


def test_a_person_may_have_a_failed_explanation_made_again(bench: Workbench) -> None:
    bench.explain_with(LightExplainer(ModelError("a crash")))
    answered(bench)
    bench.deliver()
    assert bench.explain() == ["failed"]
    assert Interventions(bench.engine, bench.clock, bench.starts).release("1.1") == 1
    assert bench.explain() == ["made"]
    assert bench.history("1").explanations[0].reason == ""


@pytest.mark.parametrize(("obstacle", "word"), [(LedgerFull("full"), "postponed"), (ExplainerClosed(), "stopped")])
def test_what_passes_is_waited_for(bench: Workbench, obstacle: Exception, word: str) -> None:
    bench.explain_with(LightExplainer(obstacle))
    answered(bench)
    bench.deliver()
    assert bench.explain() == [word]
    assert state_of(bench) is ExplanationState.WAITING
    assert bench.explain() == ["made"]


def test_the_same_step_again_changes_nothing(bench: Workbench) -> None:
    explainer = LightExplainer()
    bench.explain_with(explainer)
    answered(bench)
    bench.deliver()
    planned = list(bench.starts.explanations)
    assert bench.explain() == ["made"]
    bench.starts.explanations = planned
    assert bench.explain() == ["done before"]
    assert len(explainer.tasks) == 1
    assert len(bench.starts.deliveries) == 1


def test_two_that_explain_at_once_keep_one_explanation(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    waiting = bench.ledger.explanation("1.1", 1)
    assert waiting is not None
    assert bench.explain() == ["made"]
    kept = bench.ledger.documents("1.1", 1)
    bench.ledger.keep_explanation(waiting, [replace(kept[-1], identifier="1.2.3")])
    bench.ledger.end_explanation(waiting, ExplanationState.FAILED, "too late")
    assert bench.ledger.documents("1.1", 1) == kept
    assert state_of(bench) is ExplanationState.MADE


def test_a_version_with_a_successor_is_not_explained(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    bench.arrive("1", "2")
    assert bench.explain() == ["superseded"]
    assert state_of(bench) is ExplanationState.SUPERSEDED


def test_what_was_asked_for_before_it_was_switched_off_ends_with_the_reason(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    bench.explain_with(None)
    assert bench.explain() == ["switched off"]
    assert bench.history("1").explanations[0].reason == SWITCHED_OFF


def test_what_other_settings_asked_for_ends_with_the_reason(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    bench.explain_with(LightExplainer(), findings=["doubt"])
    assert bench.explain() == ["nothing to explain"]
    assert bench.history("1").explanations[0].reason == NOTHING_TO_EXPLAIN


def test_what_other_models_said_is_not_explained(bench: Workbench) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE reading SET model_set = 'an earlier one'")
    assert bench.explain() == ["failed"]
    assert "other models" in bench.history("1").explanations[0].reason


def suspect(uid: str, state: FractureState, probability: float) -> ImageReading:
    return replace(make_reading(uid, "1.2"), fracture=Fracture(state, probability, (probability, probability)))


def test_the_most_suspicious_images_are_explained_first(bench: Workbench) -> None:
    readings = [
        suspect("1.1", FractureState.ABSENT, 0.2),
        suspect("1.2", FractureState.DOUBT, 0.7),
        suspect("1.3", FractureState.PRESENT, 0.6),
        suspect("1.4", FractureState.PRESENT, 0.9),
        failed_reading("1.5", "1.2", "model-failed"),
    ]
    bench.explain_with(LightExplainer(), images=3)
    assert choose_images(bench.parts.settings.explanations, combine("1.1", readings)) == ("1.4", "1.3", "1.2")
    assert choose_images(bench.parts.settings.explanations, combine("1.1", readings[:1])) == ()


@pytest.mark.parametrize(
    ("set_aside", "state", "turns"), [(False, ExplanationState.WAITING, [2]), (True, ExplanationState.FAILED, [])]
)
def test_an_explanation_that_the_engine_lost_is_planned_anew_or_given_up(
    bench: Workbench, set_aside: bool, state: ExplanationState, turns: list[int]
) -> None:
    bench.explain_with(LightExplainer())
    answered(bench)
    bench.deliver()
    bench.starts.explanations.clear()
    plans = steps.plans(bench.parts, answer_id, delivery_id, explanation_id)
    assert list(plans) == ["explain:1.1:1:1"]
    plans["explain:1.1:1:1"](set_aside)
    assert state_of(bench) is state
    assert [turn for _study, _version, turn, _delay in bench.starts.explanations] == turns
