"""The stages as the engine runs them: each returns a word on how it ended; every error has its action (failures.py).

Words and not exceptions, because an exception that the engine replays comes back as another type. Only a ledger that
cannot even keep the failure raises; the work is then taken up by the rescue pass. Hence `except Exception`: a step
is the outermost frame of our code in a workflow, and a fault of it must not cost the study its answer.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from dicom_node.pipeline import delivering, explaining, stages
from dicom_node.pipeline.failures import INTERNAL_RETRY, Action, action_for, backoff_seconds
from dicom_node.pipeline.stages import Parts
from dicom_node.ports import ExplainerClosed
from domain.delivery import Attempt, Delivery, DeliveryState, Outcome, Receipt
from domain.errors import DocumentError, ImagesPurged, ModelError, ModelUnavailable, OsteonodeError
from domain.explanation import Explanation, ExplanationState

Plan = Callable[[bool], None]
#: A study waits this many tries, half a minute, for readers that will not start; then it is answered without them.
_READER_TURNS: Final = 5
_log = logging.getLogger(__name__)
_FAULT = "Not sent because of a fault of this software; its log has the details. Retry after an update."


def read(parts: Parts, sop_instance_uid: str) -> str:
    """Read one image when it arrives. What fails for now is left to the answer, which reads what is missing."""
    try:
        _read(parts, sop_instance_uid)
    except Exception as error:
        _log.warning("image %s is read later: %s", sop_instance_uid, _as_our_own(error))
        return "later"
    return "read"


def unread(parts: Parts, study_instance_uid: str, version: int) -> list[str]:
    """Return the images of a version that still have to be read."""
    return stages.unread_images(parts, study_instance_uid, version)


def answer(parts: Parts, study_instance_uid: str, version: int, turn: int) -> str:
    """Answer one version of a study; postpone it where that may help, else hold it for a person."""
    try:
        for sop_instance_uid in unread(parts, study_instance_uid, version):
            _read(parts, sop_instance_uid, is_last_try=turn >= _READER_TURNS)
        stages.answer_study(parts, study_instance_uid, version)
    except Exception as error:
        wait_seconds = backoff_seconds(turn, INTERNAL_RETRY) if action_for(error) is Action.RETRY else None
        _log.exception("study %s version %d could not be answered", study_instance_uid, version)
        if wait_seconds is None:
            parts.ledger.hold_study(study_instance_uid, version, _as_our_own(error))
            return "held"
        parts.ledger.postpone_study(study_instance_uid, version, turn=turn, delay_seconds=wait_seconds)
        return "postponed"
    return "answered"


def deliver(parts: Parts, study_instance_uid: str, version: int, destination: str, turn: int) -> str:
    """Make one attempt of a delivery; hold it where our own code fails on it."""
    planned = Delivery(study_instance_uid, version, destination, DeliveryState.WAITING, turn=turn)
    try:
        delivering.deliver(parts, planned)
    except Exception as error:
        if action_for(error) is Action.RETRY:
            raise
        _log.exception("study %s version %d could not be sent to %s", study_instance_uid, version, destination)
        refused = Receipt("", Outcome.REFUSED, "not sent")
        parts.ledger.keep_attempt(planned, Attempt((refused,), _FAULT), retry_after_seconds=None)
        return "held"
    return "tried"


def explain(parts: Parts, study_instance_uid: str, version: int, turn: int) -> str:
    """Explain one version of a study; postpone it where that may help, else give it up and say why."""
    try:
        return explaining.explain_study(parts, study_instance_uid, version)
    except ExplainerClosed:
        _postpone_explanation(parts, study_instance_uid, version, 0.0)
        return "stopped"
    except Exception as error:
        wait_seconds = backoff_seconds(turn, INTERNAL_RETRY) if _may_help_to_wait(error) else None
        if wait_seconds is not None:
            _log.warning("study %s version %d is explained later: %s", study_instance_uid, version, _as_our_own(error))
            _postpone_explanation(parts, study_instance_uid, version, wait_seconds)
            return "postponed"
        _give_up_explanation(parts, study_instance_uid, version, error)
        return "failed"


def plans(
    parts: Parts,
    answer_id: Callable[[str, int, int], str],
    delivery_id: Callable[[Delivery], str],
    explanation_id: Callable[[str, int, int], str],
) -> dict[str, Plan]:
    """Return what the ledger waits for: workflow identifier to what plans it anew, or sets it aside when told so."""
    answers = {
        answer_id(study.study_instance_uid, study.version, turn): partial(
            _plan_answer, parts, study.study_instance_uid, study.version, turn
        )
        for study, turn in parts.ledger.unanswered()
    }
    deliveries = {delivery_id(each): partial(_plan_delivery, parts, each) for each in parts.ledger.started_deliveries()}
    explanations = {
        explanation_id(each.study_instance_uid, each.version, each.turn): partial(_plan_explanation, parts, each)
        for each in parts.ledger.started_explanations()
    }
    return {**answers, **deliveries, **explanations}


def _may_help_to_wait(error: Exception) -> bool:
    """A model that cannot explain an image now will not in a minute either; a full disk may be empty then."""
    return action_for(error) is Action.RETRY and not isinstance(error, ModelError)


def _postpone_explanation(parts: Parts, study_instance_uid: str, version: int, delay_seconds: float) -> None:
    explanation = parts.ledger.explanation(study_instance_uid, version)
    if explanation is not None:
        parts.ledger.postpone_explanation(explanation, delay_seconds=delay_seconds)


def _give_up_explanation(parts: Parts, study_instance_uid: str, version: int, error: Exception) -> None:
    expected = isinstance(error, OsteonodeError)
    reason = f"{_as_our_own(error)}. `osteonode release STUDY` tries again."
    # Without the trace where the error says it all: nobody has to do anything in a hurry.
    _log.warning(
        "study %s version %d could not be explained, its answer stands: %s",
        *(study_instance_uid, version, reason),
        exc_info=not expected,
    )
    explanation = parts.ledger.explanation(study_instance_uid, version)
    if explanation is not None:
        parts.ledger.end_explanation(explanation, ExplanationState.FAILED, reason)


def _read(parts: Parts, sop_instance_uid: str, *, is_last_try: bool = False) -> None:
    """Read one image; what our own code fails on is kept as failed, and on the last try also what a reader refuses."""
    try:
        stages.read_image(parts, sop_instance_uid)
    except ImagesPurged:
        raise  # the study waits for a person: a failed reading would take back what was said of the image
    except ModelUnavailable:
        if not is_last_try:
            raise
        stages.keep_failed_reading(parts, sop_instance_uid, "reader-unavailable")
    except Exception as error:
        if action_for(error) is Action.RETRY:
            raise
        _log.exception("image %s could not be read", sop_instance_uid)
        stages.keep_failed_reading(parts, sop_instance_uid, "model-failed")


def _plan_answer(parts: Parts, study_instance_uid: str, version: int, turn: int, set_aside: bool) -> None:
    if set_aside:
        error = OsteonodeError("the node ended again and again while it answered this study")
        parts.ledger.hold_study(study_instance_uid, version, error)
    else:
        parts.ledger.postpone_study(study_instance_uid, version, turn=turn, delay_seconds=0.0)


def _plan_explanation(parts: Parts, explanation: Explanation, set_aside: bool) -> None:
    if set_aside:
        parts.ledger.end_explanation(explanation, ExplanationState.FAILED, "the node ended again and again meanwhile")
    else:
        parts.ledger.postpone_explanation(explanation, delay_seconds=0.0)


def _plan_delivery(parts: Parts, delivery: Delivery, set_aside: bool) -> None:
    if set_aside:
        attempt = Attempt((Receipt("", Outcome.REFUSED, "not sent"),), _FAULT)
        parts.ledger.keep_attempt(delivery, attempt, retry_after_seconds=None)
    else:
        parts.ledger.replan_delivery(delivery)


def _as_our_own(error: Exception) -> OsteonodeError:
    """Return the error as one that may be shown: another library's message may quote a patient."""
    if isinstance(error, OsteonodeError):
        return error
    return DocumentError(f"a fault of this software: {type(error).__name__}; its log has the details")
