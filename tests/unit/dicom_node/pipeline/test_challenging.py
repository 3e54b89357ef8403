"""A challenger at work: whatever becomes of it, nothing else notices."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from dicom_node.challenger_ports import ChallengeState, WaitingImage
from dicom_node.pipeline.challenging import Challenging
from domain.comparison import Said
from domain.errors import ModelError, WeightsMismatch
from tests.fakes.arrivals import BEGIN
from tests.fakes.challengers import PAIRING, FakeChallenges, LightChallenger
from tests.fakes.light_reader import make_reading
from tests.fakes.radiographs import make_radiograph, save_radiograph

SAID = Said.of(make_reading("1", "1.2"))


@pytest.fixture
def images(tmp_path: Path) -> list[WaitingImage]:
    paths = [save_radiograph(make_radiograph(number), tmp_path / f"{number}.dcm") for number in (1, 2)]
    return [WaitingImage(str(number), str(number), path) for number, path in enumerate(paths, 1)]


@pytest.fixture
def ledger(images: list[WaitingImage]) -> FakeChallenges:
    return FakeChallenges(dict.fromkeys(images, SAID))


def challenge(
    ledger: FakeChallenges, folder: Path, open_reader: Callable[[], LightChallenger], champion: str = PAIRING.champion
) -> Challenging:
    return Challenging(ledger, champion, open_reader, share=1.0, data=folder)


def states(ledger: FakeChallenges) -> dict[ChallengeState, int]:
    return dict(ledger.challenged(PAIRING, BEGIN).states)


def test_what_was_answered_is_read_and_its_pictures_are_removed(ledger: FakeChallenges, tmp_path: Path) -> None:
    reader = LightChallenger()
    assert challenge(ledger, tmp_path, lambda: reader).look() == 2
    assert states(ledger) == {ChallengeState.READ: 2}
    assert len(set(reader.pictures)) == 2
    assert not any(folder.exists() for folder in reader.pictures)


def test_a_crash_costs_the_comparison_an_image(ledger: FakeChallenges, tmp_path: Path) -> None:
    challenge(ledger, tmp_path, lambda: LightChallenger(failure_code="reader-crashed")).look()
    assert states(ledger) == {ChallengeState.FAILED: 2}


def test_a_bundle_that_cannot_be_used_is_tried_again_after_ten_minutes(
    ledger: FakeChallenges, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = LightChallenger(refusals=[WeightsMismatch("a file is not the one that the manifest names")])
    work = challenge(ledger, tmp_path, lambda: reader)
    with caplog.at_level(logging.WARNING):
        assert [work.look() for _ in range(121)] == [0] * 121
    assert states(ledger) == {ChallengeState.WAITING: 2}
    assert caplog.text.count("the challenger cannot read") == 1
    assert work.look() == 2


def test_a_manifest_that_is_not_there_stops_nothing(ledger: FakeChallenges, tmp_path: Path) -> None:
    def refuse() -> LightChallenger:
        raise ModelError("there is no manifest.json")

    assert challenge(ledger, tmp_path, refuse).look() == 0


def test_a_process_that_does_not_start_costs_no_image(ledger: FakeChallenges, tmp_path: Path) -> None:
    assert challenge(ledger, tmp_path, lambda: LightChallenger(failure_code="reader-unavailable")).look() == 0
    assert states(ledger) == {ChallengeState.WAITING: 2}


def test_an_image_whose_file_is_gone_is_noted(tmp_path: Path) -> None:
    gone = [WaitingImage("1", "1", None), WaitingImage("2", "2", tmp_path / "nothing.dcm")]
    ledger, reader = FakeChallenges(dict.fromkeys(gone, SAID)), LightChallenger()
    assert challenge(ledger, tmp_path, lambda: reader).look() == 2
    assert states(ledger) == {ChallengeState.GONE: 2}
    assert reader.read_paths == []


def test_the_champion_itself_is_no_challenger(
    ledger: FakeChallenges, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = LightChallenger()
    work = challenge(ledger, tmp_path, lambda: reader, champion=PAIRING.challenger)
    with caplog.at_level(logging.WARNING):
        assert [work.look(), work.look()] == [0, 0]
    assert caplog.text.count("there is nothing to compare") == 1
    assert reader.read_paths == []


def test_the_models_are_put_away_where_nothing_waits_for_five_minutes(ledger: FakeChallenges, tmp_path: Path) -> None:
    reader = LightChallenger()
    work = challenge(ledger, tmp_path, lambda: reader)
    work.look()
    closed = reader.closed
    for _ in range(60):
        work.look()
    assert reader.closed == closed + 1


def test_nothing_is_read_once_the_node_stops(ledger: FakeChallenges, tmp_path: Path) -> None:
    work = challenge(ledger, tmp_path, LightChallenger)
    work.close()
    assert work.look() == 0
    assert states(ledger) == {ChallengeState.WAITING: 2}


def test_pictures_that_a_killed_node_left_are_removed(ledger: FakeChallenges, tmp_path: Path) -> None:
    left = tmp_path / "challenger" / "left" / "display.png"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"")
    challenge(ledger, tmp_path, LightChallenger)
    assert not left.exists()
