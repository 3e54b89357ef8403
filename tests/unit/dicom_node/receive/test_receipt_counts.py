import pytest

from config.settings import Settings
from dicom_node.receive.admission import Rejection
from dicom_node.receive.receipt_counts import OTHER, ReceiptCounts, WayIn, count_cells, sum_images, sum_refusals
from dicom_node.receive.statuses import Outcome

SETTINGS = Settings.model_validate({"sender": [{"ae_title": "CR1"}, {"ae_title": "*"}], "node": {}})


def make_counts(settings: Settings = SETTINGS) -> ReceiptCounts:
    return ReceiptCounts(settings, [0] * count_cells(settings))


def test_images_are_counted_by_sender_way_and_outcome() -> None:
    counts = make_counts()
    counts.tally(WayIn.C_STORE)("CR1", Outcome.STORED)
    counts.tally(WayIn.C_STORE)(" CR1 ", Outcome.STORED)
    counts.tally(WayIn.FOLDER)("CR1", Outcome.TRUNCATED)
    assert counts.images() == {
        ("CR1", WayIn.C_STORE, Outcome.STORED): 2,
        ("CR1", WayIn.FOLDER, Outcome.TRUNCATED): 1,
    }


def test_titles_that_a_stranger_chooses_make_no_names_of_their_own() -> None:
    counts = make_counts()
    for number in range(100):
        counts.tally(WayIn.C_STORE)(f"STRANGER{number}", Outcome.STORED)
    assert counts.images() == {(OTHER, WayIn.C_STORE, Outcome.STORED): 100}


@pytest.mark.parametrize(("ignore_case", "name"), [(True, "CR1"), (False, OTHER)])
def test_case_counts_where_it_counts_for_admission(ignore_case: bool, name: str) -> None:
    counts = make_counts(
        Settings.model_validate({"sender": [{"ae_title": "CR1"}], "node": {"ignore_ae_title_case": ignore_case}})
    )
    counts.tally(WayIn.C_STORE)("cr1", Outcome.STORED)
    assert list(counts.images()) == [(name, WayIn.C_STORE, Outcome.STORED)]


@pytest.mark.parametrize("way", WayIn)
def test_no_two_outcomes_share_a_cell(way: WayIn) -> None:
    for outcome in Outcome:
        counts = make_counts()
        counts.tally(way)("CR1", outcome)
        counts.tally(way)("x", outcome)
        assert counts.images() == {("CR1", way, outcome): 1, (OTHER, way, outcome): 1}
        assert not any(counts.refusals().values())


def test_refused_associations_are_counted_apart_and_by_reason() -> None:
    counts = make_counts()
    for rejection in Rejection:
        counts.refuse(rejection)
    counts.refuse(Rejection.TEMPORARY_CONGESTION)
    assert counts.refusals() == dict.fromkeys(Rejection, 1) | {Rejection.TEMPORARY_CONGESTION: 2}
    assert not counts.images()


def test_what_two_processes_counted_is_added_up() -> None:
    both = make_counts(), make_counts()
    for each in both:
        each.tally(WayIn.C_STORE)("CR1", Outcome.STORED)
        each.refuse(Rejection.LOCAL_LIMIT_EXCEEDED)
    assert sum_images(both) == {("CR1", WayIn.C_STORE, Outcome.STORED): 2}
    assert sum_refusals(both)[Rejection.LOCAL_LIMIT_EXCEEDED] == 2


def test_cells_of_another_configuration_are_refused() -> None:
    with pytest.raises(ValueError, match="cells are needed"):
        ReceiptCounts(SETTINGS, [0])
