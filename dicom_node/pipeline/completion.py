"""When a study counts as complete: DICOM has no signal for it, so time must do."""

from datetime import datetime, timedelta

from config.settings import Completion
from domain.study import CompletionRule, Study, StudyState


def due(study: Study, now: datetime, settings: Completion) -> CompletionRule | None:
    """Return the rule that closes an open study now, None while it may still grow.

    The hard cap counts from the first image of the present version, so a peer that trickles images for ever does not
    keep a study from being answered. Where both rules hold, quiet time is named: nothing was cut off.
    """
    if study.state is not StudyState.OPEN:
        return None
    if now - study.last_arrival_at >= timedelta(seconds=settings.quiet_seconds):
        return CompletionRule.QUIET_TIME
    if now - study.first_arrival_at >= timedelta(seconds=settings.hard_cap_seconds):
        return CompletionRule.HARD_CAP
    return None
