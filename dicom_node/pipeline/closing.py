"""Closing studies. It remembers nothing: after a crash the ledger says what is due."""

import logging
from typing import Final

from dicom_node.pipeline.completion import due
from dicom_node.pipeline.stages import Parts
from domain.study import CompletionRule, Study, StudyState

INTERVAL_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)


def close_due_studies(parts: Parts) -> int:
    """Close every study that is due; return how many."""
    closed = 0
    now = parts.clock.now()
    for study in parts.ledger.open_studies():
        rule = due(study, now, parts.settings.completion)
        state = parts.ledger.close_study(study, rule) if rule is not None else None
        if state is not None:
            closed += 1
            _note(study, state, rule)
    return closed


def _note(study: Study, state: StudyState, rule: CompletionRule | None) -> None:
    uid, version = study.study_instance_uid, study.version
    if state is StudyState.HELD:
        _log.warning(
            "study %s version %d is held: a person had retracted its result; release it to read it", uid, version
        )
    else:
        _log.info("study %s version %d is complete: %s", uid, version, rule)
