from collections.abc import Sequence
from typing import Any

import pytest

from dicom_node.drift.inputs import Against, InputLine, Learned, MeasureLine
from dicom_node.drift.scores import DriftLine, DriftVerdict
from dicom_node.measure_ports import EVERY_REGION, Origin
from dicom_node.monitoring.alerts.drift import Lines, find_drift, find_input_drift
from domain.alert import AlertKind
from domain.errors import LedgerError, ModelError, OsteonodeError


def line(index: float | None, limit: float | None = 0.2, sender: str = "ROOM1") -> DriftLine:
    return DriftLine(sender, "hand", 60, 10, {}, 60, DriftVerdict.DIFFERS, index, limit)


def failing(error: OsteonodeError) -> Lines[Any]:
    def lines() -> Sequence[Any]:
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
    assert not list(find_input_drift(failing(error), 0.25))


def images(region: str, *indexes: float) -> InputLine:
    verdicts = [DriftVerdict.DIFFERS if each > 0.2 else DriftVerdict.SAME for each in indexes]
    names = ("contrast", "brightness", "clipped")
    said = zip(names, verdicts, indexes, strict=False)
    measures = tuple(MeasureLine(name, 60, verdict, Against.OWN, each, 0.2) for name, verdict, each in said)
    return InputLine(Origin("OSTEONODE", "ROOM1", region), 60, measures, Learned())


def test_images_that_changed_are_one_cause_whatever_changed_of_them() -> None:
    (cause,) = find_input_drift(lambda: [images("hand", 0.3, 0.9, 0.1), images("leg", 0.1)], 0.25)
    assert (cause.kind, cause.subject) == (AlertKind.DRIFT, "hand, images from ROOM1 to OSTEONODE")
    assert "brightness 0.90 (0.20) against the first images, contrast 0.30 (0.20)" in cause.happened
    assert "clipped" not in cause.happened


def test_all_regions_together_are_called_so_and_a_small_change_is_no_cause() -> None:
    (cause,) = find_input_drift(lambda: [images(EVERY_REGION, 0.3)], 0.25)
    assert cause.subject == "images from ROOM1 to OSTEONODE"
    assert not list(find_input_drift(lambda: [images("hand", 0.3)], 0.5))
