"""The section of the page models that says what a challenger says."""

from collections.abc import Callable

from config.settings import Console, Settings
from dicom_node.challenger_ports import Challenged, ChallengeState
from dicom_node.reader_comparison import ReaderComparison, compare
from domain.errors import ModelError
from tests.fakes.challengers import PAIRING, both, say
from tests.fakes.console import Browser, make_services, open_console


def browse(comparison: Callable[[], ReaderComparison | None]) -> str:
    settings = Settings(console=Console(enabled=True))
    return Browser(open_console(make_services(settings=settings, comparison=comparison))).get("/models").text


def test_without_a_challenger_there_is_no_section() -> None:
    assert "Champion and challenger" not in browse(lambda: None)


def test_agreement_and_changes_stand_there() -> None:
    images = [both(number, say("absent", 0.1), say("absent", 0.1)) for number in range(3)]
    images.append(both(9, say("present", 0.9), say("doubt", 0.5)))
    found = compare(Challenged(PAIRING, images, {ChallengeState.READ: 4, ChallengeState.WAITING: 2}))
    page = browse(lambda: found)
    assert found.agreement is not None
    assert all(words in page for words in ("Champion and challenger", "75.0", f"{found.agreement.kappa:.3f}"))
    assert "Changed statements" in page


def test_a_challenger_that_has_read_nothing_says_so() -> None:
    found = compare(Challenged(PAIRING, (), {ChallengeState.WAITING: 2}))
    assert "No image was read by both yet." in browse(lambda: found)


def test_a_challenger_that_cannot_be_used_takes_nothing_from_the_champion() -> None:
    def refuse() -> None:
        raise ModelError("there is no manifest.json")

    page = browse(refuse)
    assert "The challenger cannot be used" in page
    assert "fracatlas" in page
