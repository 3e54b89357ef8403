from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.monitoring.health import Condition, Health
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.watching.conditions import NAMES, look_at_node
from domain.errors import LedgerFull
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import LightReader
from tests.fakes.measured_ledger import FakeMeasuredLedger

CLOCK = FakeClock()


class FakeListening:
    is_listening = True


def look(name: str, data: Path, *, reader: object = None, **limits: int) -> Condition:
    settings = Settings.model_validate({"node": {"data": data}, "limits": limits})
    listening = FakeListening()
    looks = look_at_node(settings, FakeMeasuredLedger(), CLOCK, listening, reader or LightReader())  # type: ignore[arg-type]
    return looks[name]()


@pytest.mark.parametrize("name", NAMES)
def test_a_node_in_order_meets_every_condition(tmp_path: Path, name: str) -> None:
    assert look(name, tmp_path, free_disk_mib=1).holds


def test_a_disk_below_its_limit_is_told_with_both_numbers(tmp_path: Path) -> None:
    found = look("disk", tmp_path, free_disk_mib=10**9)
    assert not found.holds
    assert found.words.endswith("limits.free_disk_mib is 1000000000")


def test_readers_that_were_lost_are_started_again_and_closed_ones_are_not(tmp_path: Path) -> None:
    pool = ReaderPool(LightReader, model_set="x")
    assert look("readers", tmp_path, reader=pool) == Condition(True, "the next image starts a reader")
    pool.close()
    assert not look("readers", tmp_path, reader=pool).holds


def test_a_ledger_that_is_full_says_so(tmp_path: Path) -> None:
    ledger, health = FakeMeasuredLedger(), Health(NAMES, CLOCK)
    ledger.failure = LedgerFull("no room is left for the ledger")
    settings = Settings.model_validate({"node": {"data": tmp_path}, "limits": {"free_disk_mib": 1}})
    health.watch(look_at_node(settings, ledger, CLOCK, FakeListening(), LightReader()))
    assert [name for name, each in health.conditions().items() if not each.holds] == ["ledger"]
    assert "no room is left" in health.conditions()["ledger"].words


def test_a_process_that_receives_no_more_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeListening, "is_listening", False)
    assert "is being replaced" in look("listener", tmp_path).words
