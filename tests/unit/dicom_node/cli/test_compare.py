"""osteonode compare, on a ledger that a node left."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.cli import main
from dicom_node.clock import SystemClock
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.ledger.ledger import Ledger
from dicom_node.ports import ReadImage
from tests.fakes.answered import answer
from tests.fakes.arrivals import arrive
from tests.fakes.challengers import PAIRING, deny
from tests.fakes.light_reader import make_reading
from tests.fakes.starts import FakeStarts


def challenge(engine: Engine, folder: Path) -> None:
    """Have one image answered and challenged."""
    clock = SystemClock()
    book, ledger = ChallengeBook(engine, folder, clock), Ledger(engine, folder, clock, FakeStarts())
    book.take_up(PAIRING, 1.0)
    reading = make_reading("1.1.1.1", "1.2")
    ledger.keep_reading(arrive("1", "1", seconds=1).sha256, ReadImage(reading))
    answer(ledger)
    book.take_up(PAIRING, 1.0)
    image = book.next(PAIRING)
    assert image is not None
    book.keep(PAIRING, image, deny(reading))


def compare(config: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main.run(["compare", "--config", str(config), *options]) == main.DONE
    return capsys.readouterr().out


def test_without_a_challenger_it_says_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no [challenger] is configured" in compare(config, capsys)
    assert json.loads(compare(config, capsys, "--json")) == {"days": 30, "comparison": None}


def test_what_both_said_is_printed_and_as_json(
    engine: Engine, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge(engine, tmp_path)
    printed = compare(config, capsys)
    assert "1 image of 1 study: the same statement of 0.0%; kappa 0.000 (one study: no interval)" in printed
    assert "changed statements" in printed
    found = json.loads(compare(config, capsys, "--json"))["comparison"]
    assert found["changes"] == [{"champion": "present", "challenger": "absent", "images": 1}]
    assert (found["mean_difference"], found["reported"]) == (pytest.approx(-0.8), None)
