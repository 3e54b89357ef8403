"""What the pipeline needs to know of destinations that are left alone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from dicom_node.ports import Probe
from domain.breaker import Breaker
from domain.delivery import Delivery


class BreakerLedger(Protocol):
    """The part of the ledger that knows which destinations are left alone, and what waits for them.

    Every method raises LedgerFull where there is no room and LedgerError where the store failed.
    """

    def restart(self, destinations: Collection[str]) -> None:
        """Begin with these destinations: the breakers of others are forgotten, and open ones are probed at once."""
        ...

    def admit(self, delivery: Delivery, *, soonest: timedelta) -> bool:
        """Return whether an attempt may be made now; otherwise the delivery waits, and nothing is counted.

        One that was never tried is worth a probe after `soonest`, however long the destination was to be left alone.
        """
        ...

    def note(
        self, delivery: Delivery, explanation: str, *, answered: bool, limit: int, wait: Callable[[int], timedelta]
    ) -> Breaker | None:
        """Keep how an attempt ended; return the breaker where its state changed.

        Args:
            answered: the destination spoke for itself: it took something, or refused it for good.
            limit: so many failures in a row open the breaker; 0 for none.
            wait: gives the wait until the next probe, by how many trials have failed since it opened.
        """
        ...

    def due(self, waits: Mapping[str, timedelta]) -> Sequence[str]:
        """Return the destinations to probe now; `waits` names each with its longest wait between two probes."""
        ...

    def keep_probe(self, destination: str, probe: Probe, *, wait: timedelta) -> None:
        """Keep what a probe found, and look again after `wait`; one that is there gets one delivery, to see."""
        ...

    def release(self) -> int:
        """Plan deliveries that no breaker keeps waiting any more, a batch at a time; return how many."""
        ...
