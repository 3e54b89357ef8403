"""From the readings of images to the answer for a study."""

from collections.abc import Sequence

from domain.finding import Fracture, FractureState, ImageReading, StudyFindings

#: How much a state weighs: a study is as suspicious as its most suspicious image.
_WEIGHTS = {FractureState.ABSENT: 0, FractureState.DOUBT: 1, FractureState.PRESENT: 2}


def combine(study_instance_uid: str, readings: Sequence[ImageReading]) -> StudyFindings:
    """Return the findings of a study; its fracture statement is that of the most suspicious image that was read.

    Raises:
        ValueError: there is no reading, or the readings are of different model sets.
    """
    model_sets = {reading.model_set for reading in readings}
    if len(model_sets) != 1:
        raise ValueError("the readings of a study come from exactly one model set")
    statements = [reading.fracture for reading in readings if reading.fracture is not None]
    return StudyFindings(
        study_instance_uid=study_instance_uid,
        model_set=model_sets.pop(),
        readings=tuple(readings),
        fracture=max(statements, key=_suspicion, default=None),
    )


def rank(reading: ImageReading) -> tuple[int, float]:
    """Return how suspicious an image that was read is, to be compared: its state first, then its probability."""
    return (-1, 0.0) if reading.fracture is None else _suspicion(reading.fracture)


def _suspicion(fracture: Fracture) -> tuple[int, float]:
    return _WEIGHTS[fracture.state], fracture.probability
