"""Closing studies. It remembers nothing: after a crash the ledger says what is due."""

import logging
from typing import Final

from dicom_node.pipeline.completion import due
from dicom_node.pipeline.stages import Parts

INTERVAL_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)


def close_due_studies(parts: Parts) -> int:
    """Close every study that is due; return how many."""
    closed = 0
    now = parts.clock.now()
    for study in parts.ledger.open_studies():
        rule = due(study, now, parts.settings.completion)
        if rule is not None and parts.ledger.close_study(study, rule):
            closed += 1
            _log.info("study %s version %d is complete: %s", study.study_instance_uid, study.version, rule)
    return closed
