import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Retry
from dicom_node.pipeline.failures import Action, action_for, backoff_seconds, jittered_seconds
from domain import errors
from tests.fakes.chance import FakeChance

RETRY = Retry(first_seconds=5, cap_seconds=900, max_attempts=10)


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (errors.MalformedInstance("x"), Action.REFUSE),
        (errors.UnsupportedInstance("x"), Action.REFUSE),
        (errors.ModelUnavailable("x"), Action.RETRY),
        (errors.DeadlineExceeded("x"), Action.REFUSE),
        (errors.WeightsMismatch("x"), Action.STOP),
        (errors.DocumentError("x"), Action.HOLD),
        (errors.PeerUnreachable("x"), Action.RETRY),
        (errors.PeerBusy("x"), Action.RETRY),
        (errors.PeerRejected("x"), Action.HOLD),
        (errors.LedgerFull("x"), Action.RETRY),
        (errors.ConfigError(("x",)), Action.STOP),
        (OSError(errno.ENOSPC, "full"), Action.RETRY),
        (ValueError("our bug"), Action.HOLD),
    ],
)
def test_every_error_has_its_action(error: Exception, action: Action) -> None:
    assert action_for(error) is action


def test_waits_double_up_to_the_cap() -> None:
    assert [backoff_seconds(attempts, RETRY) for attempts in range(1, 10)] == [5, 10, 20, 40, 80, 160, 320, 640, 900]


def test_enough_attempts_are_enough() -> None:
    assert backoff_seconds(10, RETRY) is None


@given(attempts=st.integers(1, 10_000))
def test_a_wait_is_never_longer_than_the_cap(attempts: int) -> None:
    wait = backoff_seconds(attempts, Retry(first_seconds=0.5, cap_seconds=60, max_attempts=20_000))
    assert wait is not None
    assert 0.5 <= wait <= 60


@given(attempts=st.integers(1, 9), seed=st.integers(0, 100))
def test_jitter_stays_between_nothing_and_the_whole_wait(attempts: int, seed: int) -> None:
    wait, longest = jittered_seconds(attempts, RETRY, FakeChance(seed=seed)), backoff_seconds(attempts, RETRY)
    assert wait is not None
    assert longest is not None
    assert 0 <= wait < longest


def test_what_failed_together_does_not_come_back_together() -> None:
    chance = FakeChance(seed=3)
    waits = [jittered_seconds(9, RETRY, chance) or 0.0 for _ in range(400)]
    assert all(sum(low <= wait < low + 225 for wait in waits) > 60 for low in (0, 225, 450, 675))


def test_jitter_adds_no_attempt() -> None:
    assert jittered_seconds(10, RETRY, FakeChance(0.5)) is None
