"""Which work was lost on the way: a full disk or a broken store can leave a row that says "running", and nothing runs.

Nothing is touched on first sight: work that starts or ends at this very moment looks the same, but not twice.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

#: States in which a workflow of the engine will do nothing more, and those in which it will.
ENDED: Final = frozenset({"SUCCESS", "ERROR", "CANCELLED"})
UNFINISHED: Final = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
#: Set aside by the engine because the process died under it again and again.
DEAD_LETTER: Final = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"


class Suspicion:
    """Says what has been suspect in two passes running."""

    def __init__(self) -> None:
        self._before: frozenset[str] = frozenset()

    def confirm(self, suspects: Iterable[str]) -> frozenset[str]:
        """Return those that were suspects in the last pass too."""
        now = frozenset(suspects)
        confirmed, self._before = now & self._before, now
        return confirmed


def too_far_off(planned_at: Mapping[str, float], now: float, longest_seconds: float) -> frozenset[str]:
    """Return the workflows that are planned for later than anything ever is: a clock was set back since.

    Args:
        planned_at: by identifier, in seconds since the epoch; `now` too.
    """
    return frozenset(identifier for identifier, moment in planned_at.items() if moment - now > longest_seconds)


def orphans(pending: Collection[str], running: Collection[str]) -> frozenset[str]:
    """Return the workflows that the store calls running here and that this process does not run."""
    return frozenset(pending) - frozenset(running)


def abandoned(planned: Iterable[str], statuses: Mapping[str, str]) -> frozenset[str]:
    """Return the planned workflows that will never run: they ended, were set aside, or never were."""
    return frozenset(
        identifier
        for identifier in planned
        if statuses.get(identifier) is None or statuses[identifier] in ENDED | {DEAD_LETTER}
    )
