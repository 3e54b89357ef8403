"""How each destination answers and what waits for it, for a person to see."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from dicom_node.ledger import breakers, tables
from domain.breaker import Breaker, BreakerState
from domain.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class DestinationLine:
    """One destination.

    Attributes:
        breaker: None where it never failed.
        deliveries: how many there are of each state.
    """

    name: str
    breaker: Breaker | None
    deliveries: Mapping[DeliveryState, int]

    @property
    def state(self) -> BreakerState:
        """Of its breaker."""
        return BreakerState.CLOSED if self.breaker is None else self.breaker.state


def count_unfinished(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Return how many deliveries wait and how many are held, by destination and state.

    What was delivered is not counted: of a hundred deliveries that is a hundred.
    """
    columns = tables.delivery.c
    query = select(columns.destination, columns.state, func.count()).where(
        columns.state.in_((DeliveryState.WAITING, DeliveryState.HELD))
    )
    counts: Counter[tuple[str, str]] = Counter()
    for destination, state, number in connection.execute(query.group_by(columns.destination, columns.state)):
        counts[destination.partition(":")[0], state] += number
    return counts


def lines_of(connection: Connection) -> dict[str, DestinationLine]:
    """Return every destination that deliveries ever went to, by its name; what follows an answer counts with it."""
    known = {each.destination: each for each in breakers.every(connection)}
    columns = tables.delivery.c
    query = select(columns.destination, columns.state, func.count()).group_by(columns.destination, columns.state)
    counts: dict[str, Counter[DeliveryState]] = {name: Counter() for name in known}
    for destination, state, number in connection.execute(query):
        counts.setdefault(destination.partition(":")[0], Counter())[DeliveryState(state)] += number
    return {name: DestinationLine(name, known.get(name), counted) for name, counted in sorted(counts.items())}
