"""Explaining a study that was answered: which of its images, and to whom.

Nothing here can touch the answer: it has left before any of this begins, and an error here ends the explanation alone.
"""

import logging
from typing import Final

from config.settings import Explanations, Settings
from dicom_node.pipeline import stages
from dicom_node.pipeline.obstacles import find_takers
from dicom_node.pipeline.stages import Parts
from dicom_node.ports import ExplanationTask
from domain.errors import ModelError
from domain.explanation import Explanation, ExplanationState
from domain.finding import StudyFindings
from inference.study import rank

SWITCHED_OFF: Final = "Not made: explanations.lime is off now. Switch it on, then `osteonode release STUDY`."
NOTHING_TO_EXPLAIN: Final = "Not made: by explanations.findings no image of this study is to be explained now."
_log = logging.getLogger(__name__)


def choose_recipients(settings: Settings, findings: StudyFindings) -> tuple[str, ...]:
    """Return the destinations that a study is explained to; none where it is not explained."""
    wanted = settings.explanations.lime and choose_images(settings.explanations, findings)
    return find_takers(settings) if wanted else ()


def choose_images(settings: Explanations, findings: StudyFindings) -> tuple[str, ...]:
    """Return the SOP Instance UIDs of the images to explain, the most suspicious first."""
    stated = [each for each in findings.read if each.fracture is not None and each.fracture.state in settings.findings]
    ranked = sorted(stated, key=rank, reverse=True)
    return tuple(each.sop_instance_uid for each in ranked[: settings.images])


def explain_study(parts: Parts, study_instance_uid: str, version: int) -> str:
    """Explain one version and keep the documents with their deliveries; return in a word how it ended.

    Raises:
        what StudyExplainer.explain raises, and ModelUnavailable where something is not installed.
    """
    explanation = parts.ledger.explanation(study_instance_uid, version)
    if explanation is None or explanation.state is not ExplanationState.WAITING:
        return "done before"
    if parts.ledger.latest_version(study_instance_uid) > version:
        parts.ledger.end_explanation(explanation, ExplanationState.SUPERSEDED)
        return "superseded"
    if parts.explainer is None:
        parts.ledger.end_explanation(explanation, ExplanationState.FAILED, SWITCHED_OFF)
        return "switched off"
    return _explain(parts, explanation)


def _explain(parts: Parts, explanation: Explanation) -> str:
    assert parts.explainer is not None
    began = parts.clock.now()
    task = _make_task(parts, explanation)
    if not task.explained:
        parts.ledger.end_explanation(explanation, ExplanationState.FAILED, NOTHING_TO_EXPLAIN)
        return "nothing to explain"
    documents = parts.explainer.explain(task)
    parts.ledger.keep_explanation(explanation, documents)
    seconds = (parts.clock.now() - began).total_seconds()
    uid, version = explanation.study_instance_uid, explanation.version
    _log.info("study %s version %d is explained: %d captures in %.1f s", uid, version, len(documents), seconds)
    return "made"


def _make_task(parts: Parts, explanation: Explanation) -> ExplanationTask:
    uid, version = explanation.study_instance_uid, explanation.version
    instances = parts.ledger.instances(uid, version)
    if stages.unread_images(parts, uid, version):
        raise ModelError("other models than now read this study; what they said cannot be explained any more")
    read = {instance.sop_instance_uid: stages.reading_of(parts, instance) for instance in instances}
    findings = parts.combine(uid, [each.reading for each in read.values()])
    return ExplanationTask(
        context=stages.context_of(parts, findings, version),
        findings=findings,
        files={instance.sop_instance_uid: instance.path for instance in instances},
        displays={name: each.display_path for name, each in read.items() if each.display_path is not None},
        explained=choose_images(parts.settings.explanations, findings),
    )
