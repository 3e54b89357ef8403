"""What to do about an error: one table from its type to an action."""

from enum import StrEnum
from typing import Final

from config.settings import Retry
from dicom_node.ports import Chance
from domain.errors import (
    ConfigError,
    DeadlineExceeded,
    DocumentError,
    ImagesPurged,
    InputError,
    LedgerError,
    LedgerFull,
    ModelUnavailable,
    PeerBusy,
    PeerRejected,
    PeerUnreachable,
    WeightsMismatch,
)


class Action(StrEnum):
    """RETRY later by itself; HOLD for a person; REFUSE the input, and say so in the answer; STOP the node."""

    RETRY = "retry"
    HOLD = "hold"
    REFUSE = "refuse"
    STOP = "stop"


#: The nearest base class decides. What is not listed is our own bug: a person must see it.
ACTIONS: Final[dict[type[BaseException], Action]] = {
    InputError: Action.REFUSE,
    DeadlineExceeded: Action.REFUSE,
    ModelUnavailable: Action.RETRY,
    WeightsMismatch: Action.STOP,
    DocumentError: Action.HOLD,
    PeerUnreachable: Action.RETRY,
    PeerBusy: Action.RETRY,
    PeerRejected: Action.HOLD,
    LedgerFull: Action.RETRY,
    ImagesPurged: Action.HOLD,
    LedgerError: Action.RETRY,
    ConfigError: Action.STOP,
    OSError: Action.RETRY,
    Exception: Action.HOLD,
}

#: Waits of work inside the node (a full disk, a model that restarts); deliveries have their own in the settings.
INTERNAL_RETRY = Retry(first_seconds=2.0, cap_seconds=60.0, max_attempts=100)


def action_for(error: Exception) -> Action:
    """Return what to do about an error."""
    return next(ACTIONS[base] for base in type(error).__mro__ if base in ACTIONS)


def backoff_seconds(attempts: int, retry: Retry) -> float | None:
    """Return the longest wait before the next attempt, None where `attempts` were enough: it doubles up to a cap.

    Args:
        attempts: made so far, 1 or more.
        retry: the first wait, the cap and how many attempts are enough.
    """
    if attempts >= retry.max_attempts:
        return None
    doublings = min(attempts - 1, 30)
    return float(min(retry.cap_seconds, retry.first_seconds * 2**doublings))


def jittered_seconds(attempts: int, retry: Retry, chance: Chance) -> float | None:
    """Return the wait before the next attempt of a delivery, None where `attempts` were enough.

    Full jitter: anything from nothing up to `backoff_seconds`: what failed together does not come back together.
    """
    longest = backoff_seconds(attempts, retry)
    return None if longest is None else chance.fraction() * longest
