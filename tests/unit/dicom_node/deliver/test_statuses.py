import pytest

from dicom_node.deliver.statuses import C_STORE_STATUSES, interpret
from domain.delivery import Outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x0000, Outcome.DELIVERED),
        (0x0110, Outcome.RETRY),
        (0x0111, Outcome.DELIVERED),
        (0x0117, Outcome.REFUSED),
        (0x0122, Outcome.REFUSED),
        (0x0124, Outcome.REFUSED),
        (0xA700, Outcome.RETRY),
        (0xA7FF, Outcome.RETRY),
        (0xA900, Outcome.REFUSED),
        (0xA9FF, Outcome.REFUSED),
        (0xB000, Outcome.DELIVERED),
        (0xB006, Outcome.DELIVERED),
        (0xB007, Outcome.DELIVERED),
        (0xC000, Outcome.REFUSED),
        (0xC211, Outcome.REFUSED),
        (0xCFFF, Outcome.REFUSED),
    ],
)
def test_listed_statuses_mean_what_the_standard_says(status: int, outcome: Outcome) -> None:
    assert interpret(status).outcome is outcome


@pytest.mark.parametrize("status", [0x0002, 0x0999, 0xA600, 0xA801, 0xD000, 0xFE00, 0xFF00, 0xFFFF])
def test_a_status_nobody_lists_never_counts_as_delivered(status: int) -> None:
    assert interpret(status).outcome is Outcome.RETRY


def test_only_success_and_warnings_deliver() -> None:
    delivered = {status for status in range(0x10000) if interpret(status).outcome is Outcome.DELIVERED}
    assert delivered == {0x0000, 0x0001, 0x0107, 0x0111, 0x0116, *range(0xB000, 0xC000)}


@pytest.mark.parametrize("status", [0x0001, 0x0107, 0x0116, 0xB000, 0xB006, 0xB007, 0xB123])
def test_a_warning_comes_with_a_note_and_a_success_without(status: int) -> None:
    assert "stored all the same" in interpret(status).advice
    assert not interpret(0x0000).advice


def test_whatever_was_not_delivered_comes_with_advice() -> None:
    assert all(meaning.advice for *_, meaning in C_STORE_STATUSES if meaning.outcome is not Outcome.DELIVERED)
