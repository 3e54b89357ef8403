"""Scores that are not as on validation, as a cause of alerts."""

import logging
from collections.abc import Callable, Iterator, Sequence

from dicom_node.score_drift import DriftLine
from domain.alert import AlertKind, Cause
from domain.errors import LedgerError, ModelError

Lines = Callable[[], Sequence[DriftLine]]
_log = logging.getLogger(__name__)


def find_drift(lines: Lines, least_index: float) -> Iterator[Cause]:
    """Give a cause for each sender and region whose index is above its limit and reaches the least one."""
    for each in find_lines(lines):
        if each.index is not None and each.limit is not None and each.index > each.limit and each.index >= least_index:
            happened = f"The population stability index of {each.read} images is {each.index:.2f}, by chance alone it"
            happened += f" stays below {each.limit:.2f}. `osteonode drift` shows all."
            yield Cause(AlertKind.DRIFT, f"{each.region} from {each.calling_ae_title}", happened)


def find_lines(lines: Lines) -> Sequence[DriftLine]:
    """Return what was compared; nothing where that fails now, which must keep no other alert or number back."""
    try:
        return lines()
    except (LedgerError, ModelError) as error:
        _log.warning("scores could not be compared with those of validation: %s", error)
        return ()
