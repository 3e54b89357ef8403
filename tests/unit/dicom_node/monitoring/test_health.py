from datetime import timedelta

import pytest

from dicom_node.monitoring.health import STALE, Condition, Health
from domain.errors import LedgerFull
from tests.fakes.clock import FakeClock

GOOD = Condition(True, "it works")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_node_that_starts_is_not_ready_and_says_so(clock: FakeClock) -> None:
    health = Health(("ledger", "disk"), clock)
    assert not health.is_ready()
    assert {each.words for each in health.conditions().values()} == {"the node is starting"}


def test_a_node_is_ready_when_every_condition_holds(clock: FakeClock) -> None:
    health = Health(("ledger", "disk"), clock)
    health.watch({"ledger": lambda: GOOD})
    assert not health.is_ready()
    health.watch({"disk": lambda: GOOD})
    assert health.is_ready()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LedgerFull("no room is left for the ledger"), "LEDGER-FULL: no room is left"),
        (OSError(5, "Input/output"), "Input"),
    ],
)
def test_a_look_that_fails_is_a_condition_that_does_not_hold(clock: FakeClock, error: Exception, words: str) -> None:
    def look() -> Condition:
        raise error

    health = Health(("ledger",), clock)
    health.watch({"ledger": look})
    assert not health.is_ready()
    assert words in health.conditions()["ledger"].words


def test_what_was_seen_too_long_ago_counts_no_more(clock: FakeClock) -> None:
    health = Health(("disk",), clock)
    health.watch({"disk": lambda: GOOD})
    clock.advance(STALE.total_seconds())
    assert health.is_ready()
    clock.advance(timedelta(seconds=1).total_seconds())
    assert not health.is_ready()
    assert "nobody could look since 2026-03-01T08:00:00" in health.conditions()["disk"].words
    health.look()
    assert health.is_ready()
