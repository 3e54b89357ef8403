from collections.abc import Sequence

import pytest

from dicom_node.monitoring.alerts.drift import Lines, find_drift
from dicom_node.score_drift import DriftLine, DriftVerdict
from domain.alert import AlertKind
from domain.errors import LedgerError, ModelError, OsteonodeError


def line(index: float | None, limit: float | None = 0.2, sender: str = "ROOM1") -> DriftLine:
    return DriftLine(sender, "hand", 60, 10, {}, 60, DriftVerdict.DIFFERS, index, limit)


def failing(error: OsteonodeError) -> Lines:
    def lines() -> Sequence[DriftLine]:
        raise error

    return lines


def test_a_large_change_that_chance_does_not_explain_is_a_cause() -> None:
    (cause,) = find_drift(lambda: [line(0.3)], 0.25)
    assert (cause.kind, cause.subject) == (AlertKind.DRIFT, "hand from ROOM1")
    assert "of 60 images is 0.30" in cause.happened


@pytest.mark.parametrize("lines", [[line(0.3, 0.4)], [line(0.2, 0.1)], [line(None, None)], []])
def test_chance_small_changes_and_what_was_not_compared_are_none(lines: list[DriftLine]) -> None:
    assert not list(find_drift(lambda: lines, 0.25))


@pytest.mark.parametrize("error", [LedgerError("gone"), ModelError("scores.json cannot be used")])
def test_what_cannot_be_compared_keeps_no_other_alert_back(error: OsteonodeError) -> None:
    assert not list(find_drift(failing(error), 0.25))
