"""The findings of an answer that was taken back: none, and every image says so."""

from collections.abc import Iterable

from domain.finding import ImageReading, ReadingStatus, Reason, StudyFindings
from reporting.statement import RETRACTED

REASON = Reason(RETRACTED, "A person took the result of this study back.")


def withdraw(study_instance_uid: str, images: Iterable[tuple[str, str]], *, model_set: str) -> StudyFindings:
    """Return findings without any statement on a fracture.

    Args:
        images: SOP Instance UID and SOP Class UID of each image of the study.
        model_set: of the models that now read, whose software speaks.
    """
    readings = tuple(
        ImageReading(uid, class_uid, ReadingStatus.NOT_ANALYSED, model_set, reason=REASON) for uid, class_uid in images
    )
    return StudyFindings(study_instance_uid, model_set, readings, fracture=None)
