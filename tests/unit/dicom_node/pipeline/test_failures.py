import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Retry
from dicom_node.pipeline.failures import Action, action_for, backoff_seconds
from domain import errors

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
