"""Scores that are not as on validation, and images that are not as they were, as a cause of alerts."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from dicom_node.drift.inputs import InputLine, MeasureLine
from dicom_node.drift.scores import DriftLine
from dicom_node.measure_ports import EVERY_REGION
from domain.alert import AlertKind, Cause
from domain.errors import LedgerError, ModelError

Line = TypeVar("Line")
Lines = Callable[[], Sequence[Line]]
_log = logging.getLogger(__name__)


def find_drift(lines: Lines[DriftLine], least_index: float) -> Iterator[Cause]:
    """Give a cause for each sender and region whose index is above its limit and reaches the least one."""
    for each in find_lines(lines):
        if each.index is not None and each.limit is not None and each.index > each.limit and each.index >= least_index:
            happened = f"The population stability index of {each.read} images is {each.index:.2f}, by chance alone it"
            happened += f" stays below {each.limit:.2f}. `osteonode drift` shows all."
            yield Cause(AlertKind.DRIFT, f"{each.region} from {each.calling_ae_title}", happened)


def find_input_drift(lines: Lines[InputLine], least_index: float) -> Iterator[Cause]:
    """Give a cause for each origin with a measure that differs and whose index reaches the least one."""
    for line in find_lines(lines):
        told = [each for each in line.differing if (each.index or 0.0) >= least_index]
        if told:
            region = "" if line.origin.region == EVERY_REGION else f"{line.origin.region or 'no region'}, "
            subject = f"{region}images from {line.origin.calling_ae_title} to {line.origin.called_ae_title}"
            measures = ", ".join(map(_describe, told))
            happened = f"Of {line.images} images differ (population stability index, and what it stays below by chance)"
            happened += f": {measures}. `osteonode drift --inputs` shows all."
            yield Cause(AlertKind.DRIFT, subject, happened)


def find_lines(lines: Lines[Line]) -> Sequence[Line]:
    """Return what was compared; nothing where that fails now, which must keep no other alert or number back."""
    try:
        return lines()
    except (LedgerError, ModelError) as error:
        _log.warning("scores could not be compared with those of validation: %s", error)
        return ()


def _describe(line: MeasureLine) -> str:
    against = f" against the {'validation images' if line.against == 'validation' else 'first images'}"
    return f"{line.measure} {line.index:.2f} ({line.limit:.2f}){against}"
