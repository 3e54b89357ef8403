from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from prometheus_client import generate_latest

from dicom_node.drift.inputs import InputLine, Learned, MeasureLine
from dicom_node.drift.scores import DriftLine, DriftVerdict
from dicom_node.measure_ports import Origin
from dicom_node.monitoring.alerts.drift import Lines
from dicom_node.monitoring.drift_gauges import DriftGauges, Names
from dicom_node.monitoring.exposition import make_registry
from domain.errors import LedgerError, OsteonodeError
from tests.fakes.scrape import sample

ROOM1: Final = {"receiver": "osteonode", "sender": "ROOM1", "region": "hand"}


def line(index: float | None, limit: float | None = 0.2, sender: str = "ROOM1") -> DriftLine:
    return DriftLine(sender, "hand", 60, 12, {}, 60, DriftVerdict.DIFFERS, index, limit, None, "OSTEONODE")


def unread(images: int, sender: str = "ROOM1") -> DriftLine:
    return DriftLine(
        sender, "", 0, 0, {"colour-picture": images}, 0, DriftVerdict.NO_REFERENCE, None, None, None, "TRIAL"
    )


def measured(index: float | None, limit: float | None) -> InputLine:
    contrast = MeasureLine("contrast", 60, DriftVerdict.SAME, index=index, limit=limit)
    return InputLine(Origin("OSTEONODE", "ROOM1", "hand"), 60, (contrast,), Learned())


def failing(error: OsteonodeError) -> Lines[Any]:
    def lines() -> Sequence[Any]:
        raise error

    return lines


def page_of(lines: Lines[DriftLine], inputs: Lines[InputLine] = lambda: ()) -> str:
    registry = make_registry()
    names = Names(str.lower, lambda sender: sender if sender == "ROOM1" else "other")
    registry.register(DriftGauges(lines, inputs, names))
    return generate_latest(registry).decode()


def test_index_and_limit_stand_by_sender_and_region() -> None:
    page = page_of(lambda: [line(0.3)])
    assert sample(page, "osteonode_score_stability_index", **ROOM1) == 0.3
    assert sample(page, "osteonode_score_stability_limit", **ROOM1) == 0.2


def test_of_senders_without_a_name_the_furthest_above_its_limit_is_told() -> None:
    page = page_of(lambda: [line(0.4, 0.3, "A"), line(0.35, 0.1, "B"), line(0.1, 0.3, "C")])
    assert page.count("osteonode_score_stability_index{") == 1
    assert sample(page, "osteonode_score_stability_index", **ROOM1 | {"sender": "other"}) == 0.35


def test_what_was_not_compared_has_no_sample() -> None:
    page = page_of(lambda: [line(None, None)], lambda: [measured(None, None)])
    assert "stability_index{" not in page


def test_what_cannot_be_compared_keeps_no_other_number_back() -> None:
    failed = failing(LedgerError("gone"))
    assert "{" not in page_of(failed, failed)
    assert "doubt_ratio{" in page_of(lambda: [line(0.3)], failed)


def test_shares_of_doubt_and_of_not_analysed_stand_by_own_title_sender_and_region() -> None:
    page = page_of(lambda: [line(0.3), unread(10), line(None, None, "A"), unread(5, "A"), unread(15, "B")])
    assert sample(page, "osteonode_doubt_ratio", **ROOM1) == 0.2
    assert sample(page, "osteonode_not_analysed_ratio", **ROOM1) == 0
    of_trial = {"receiver": "trial", "region": ""}
    assert sample(page, "osteonode_not_analysed_ratio", sender="ROOM1", **of_trial) == 1
    assert sample(page, "osteonode_not_analysed_ratio", sender="other", **of_trial) == 1
    assert page.count("osteonode_doubt_ratio{") == 2


def test_not_analysed_is_a_share_of_all_that_the_sender_sent_to_the_title() -> None:
    page = page_of(lambda: [replace(unread(20), called_ae_title="OSTEONODE"), line(0.3)])
    assert sample(page, "osteonode_not_analysed_ratio", **ROOM1 | {"region": ""}) == 0.25


def test_index_and_limit_of_each_measure_of_images_stand_there() -> None:
    page = page_of(lambda: (), lambda: [measured(0.4, 0.2)])
    assert sample(page, "osteonode_input_stability_index", **ROOM1, measure="contrast") == 0.4
    assert sample(page, "osteonode_input_stability_limit", **ROOM1, measure="contrast") == 0.2
