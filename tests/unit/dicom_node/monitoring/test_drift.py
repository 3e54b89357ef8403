from collections.abc import Sequence

import pytest
from prometheus_client import generate_latest

from dicom_node.monitoring.drift import DriftGauges, Lines, find_drift
from dicom_node.monitoring.exposition import make_registry
from dicom_node.score_drift import DriftLine, DriftVerdict
from domain.alert import AlertKind
from domain.errors import LedgerError, ModelError, OsteonodeError
from tests.fakes.scrape import sample


def line(index: float | None, limit: float | None = 0.2, sender: str = "ROOM1") -> DriftLine:
    return DriftLine(sender, "hand", 60, 10, {}, 60, DriftVerdict.DIFFERS, index, limit)


def failing(error: OsteonodeError) -> Lines:
    def lines() -> Sequence[DriftLine]:
        raise error

    return lines


def page_of(lines: Lines) -> str:
    registry = make_registry()
    registry.register(DriftGauges(lines, lambda sender: sender if sender == "ROOM1" else "other"))
    return generate_latest(registry).decode()


def test_index_and_limit_stand_by_sender_and_region() -> None:
    page = page_of(lambda: [line(0.3)])
    assert sample(page, "osteonode_score_stability_index", sender="ROOM1", region="hand") == 0.3
    assert sample(page, "osteonode_score_stability_limit", sender="ROOM1", region="hand") == 0.2


def test_of_senders_without_a_name_the_furthest_above_its_limit_is_told() -> None:
    page = page_of(lambda: [line(0.4, 0.3, "A"), line(0.35, 0.1, "B"), line(0.1, 0.3, "C")])
    assert page.count("osteonode_score_stability_index{") == 1
    assert sample(page, "osteonode_score_stability_index", sender="other", region="hand") == 0.35


def test_what_was_not_compared_has_no_sample() -> None:
    assert "{" not in page_of(lambda: [line(None, None)])


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
    assert "{" not in page_of(failing(error))
