from collections.abc import Sequence

from prometheus_client import generate_latest

from dicom_node.monitoring.alerts.drift import Lines
from dicom_node.monitoring.drift_gauges import DriftGauges
from dicom_node.monitoring.exposition import make_registry
from dicom_node.score_drift import DriftLine, DriftVerdict
from domain.errors import LedgerError, OsteonodeError
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


def test_what_cannot_be_compared_keeps_no_other_number_back() -> None:
    assert "{" not in page_of(failing(LedgerError("gone")))
