"""Closing studies. It remembers nothing: after a crash the ledger says what is due."""

import logging
from dataclasses import replace
from typing import Final

from dicom_node.pipeline.completion import NO_FACTS, Facts, Question, due, is_question_due
from dicom_node.pipeline.stages import Parts
from domain.completeness import Known, Remark, describe
from domain.study import CompletionRule, Study, StudyState

INTERVAL_SECONDS: Final = 0.1
#: A look at a thousand open studies keeps a processor busy for a tenth of a second.
RESTS: Final = 19.0
_log = logging.getLogger(__name__)


def close_due_studies(parts: Parts) -> int:
    """Close every study that is due, and ask the sources of those that may be; return how many closed."""
    studies = parts.ledger.open_studies()
    facts = parts.facts.find(studies) if studies else {}
    return sum(_close_if_due(parts, study, facts.get(study.study_instance_uid, NO_FACTS)) for study in studies)


def _close_if_due(parts: Parts, study: Study, facts: Facts) -> bool:
    now, settings = parts.clock.now(), parts.settings.completion_of(facts.called_ae_title)
    rule = due(study, facts, now, settings)
    if rule is None:
        if is_question_due(study, facts, now, settings):
            parts.facts.ask(study)
        return False
    known = _known_at_closing(facts, rule)
    state = parts.ledger.close_study(study, rule, known)
    if state is not None:
        _note(study, state, rule, known)
    return state is not None


def _known_at_closing(facts: Facts, rule: CompletionRule) -> Known:
    """Return what was known, and that a source was not heard where nobody waits for it any more."""
    unheard = rule is CompletionRule.HARD_CAP and facts.question in (Question.DUE, Question.ASKED)
    remarks = {Remark.SOURCE_NOT_ASKED} if unheard and not facts.known.counts else set()
    return replace(facts.known, remarks=facts.known.remarks | remarks)


def _note(study: Study, state: StudyState, rule: CompletionRule, known: Known) -> None:
    uid, version = study.study_instance_uid, study.version
    if state is StudyState.HELD:
        _log.warning(
            "study %s version %d is held: a person had retracted its result; release it to read it", uid, version
        )
        return
    level = logging.WARNING if known.shortfall is not None else logging.INFO
    said = "; ".join(filter(None, (rule.value, describe(known))))
    _log.log(level, "study %s version %d is complete: %s", uid, version, said)
