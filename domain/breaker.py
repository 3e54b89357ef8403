"""The circuit breaker of a destination: after failures in a row it is left alone until a probe finds it back.

    CLOSED --failures--> OPEN --probe finds it--> HALF_OPEN --its trial ends well--> CLOSED
                          ^                           |
                          +-------its trial fails-----+

Deliveries wait meanwhile: nothing is attempted, and nothing is counted.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class BreakerState(StrEnum):
    """CLOSED: deliveries go there. OPEN: none does. HALF_OPEN: one does, to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """How a destination has answered lately.

    Attributes:
        since: of the state.
        failures: attempts in a row that ended for now, of any studies.
        trials: trials in a row that failed since it opened.
        probe_at: when to look again whether it is there; None unless it is open.
        trial: names the delivery that is let through while it is half open; empty where none is yet.
        explanation: the last failure in words.
    """

    destination: str
    state: BreakerState
    since: datetime
    failures: int = 0
    trials: int = 0
    probe_at: datetime | None = None
    trial: str = ""
    explanation: str = ""

    @property
    def lets_all_through(self) -> bool:
        """Whether deliveries go there."""
        return self.state is BreakerState.CLOSED

    def is_due(self, now: datetime, longest_wait: timedelta) -> bool:
        """Return whether to probe now; a probe further off than any wait is one of a clock that jumped back since."""
        if self.state is not BreakerState.OPEN:
            return False
        return self.probe_at is None or self.probe_at <= now or self.probe_at - now > longest_wait

    def succeed(self, now: datetime) -> "Breaker":
        """Return it after an attempt that the destination answered."""
        return Breaker(self.destination, BreakerState.CLOSED, self.since if self.lets_all_through else now)

    def fail(self, now: datetime, explanation: str, *, limit: int, wait: timedelta) -> "Breaker":
        """Return it after an attempt that ended for now.

        Args:
            limit: so many failures in a row open it; 0 for none.
            wait: until the next probe, where this opens it.
        """
        failed = replace(self, failures=self.failures + 1, explanation=explanation)
        if self.state is BreakerState.OPEN or (self.lets_all_through and not 0 < limit <= failed.failures):
            return failed
        trials = self.trials + (self.state is BreakerState.HALF_OPEN)
        since = now if self.lets_all_through else self.since
        return replace(failed, state=BreakerState.OPEN, since=since, trials=trials, probe_at=now + wait, trial="")

    def expect(self, soonest: datetime) -> "Breaker":
        """Return it when something comes that was never tried there: a long wait after failures is not for that."""
        if self.state is not BreakerState.OPEN or self.probe_at is None:
            return self
        return replace(self, probe_at=min(self.probe_at, soonest))

    def keep_probe(self, now: datetime, *, reachable: bool, explanation: str, wait: timedelta) -> "Breaker":
        """Return it after a probe; nothing changes unless it is open."""
        if self.state is not BreakerState.OPEN:
            return self
        if reachable:
            return replace(self, state=BreakerState.HALF_OPEN, probe_at=None, trial="")
        return replace(self, probe_at=now + wait, explanation=explanation)
