"""What a node on this data folder has met at a destination: an archive may accept everything that a probe asks, and
refuse the first object.
"""

from collections.abc import Iterator

from config.settings import Settings
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.ledger_questions import asking_ledger, can_be_asked
from dicom_node.doctor.verdicts import Check, Verdict, good
from dicom_node.ledger.dead_letters import DeadLetter
from dicom_node.ledger.destinations import DestinationLine
from dicom_node.ledger.queries import LedgerView
from domain.breaker import BreakerState
from domain.delivery import DeliveryState

_REPLAY = "do what it says, then `osteonode dead-letters replay`"


def examine_deliveries(settings: Settings, name: str) -> Iterator[Check]:
    """Say what became of the deliveries to a destination so far; nothing where there is no ledger of this version."""
    if not can_be_asked(settings):
        return
    with asking_ledger(settings) as engine:
        view = LedgerView(engine, settings.node.data.resolve())
        line, letters = view.destinations().get(name), view.dead_letters(name)
    if line is not None:
        yield _judge(line, letters)


def _judge(line: DestinationLine, letters: tuple[DeadLetter, ...]) -> Check:
    delivered, waiting = (line.deliveries.get(state, 0) for state in (DeliveryState.DELIVERED, DeliveryState.WAITING))
    counted = f"{delivered} delivered, {waiting} waiting, {len(letters)} held"
    if letters:
        # Held first: since then nobody has looked.
        meaning = f"{counted}; the longest held: {letters[0].delivery.explanation or 'no reason is kept'}"
        return Check("deliveries", Verdict.FAULT, meaning, _REPLAY, Place.EITHER, "PEER-REJECTED")
    if line.state is not BreakerState.CLOSED and line.breaker is not None:
        meaning = f"{counted}; it is left alone after failures in a row: {line.breaker.explanation}"
        return Check("deliveries", Verdict.WARNING, meaning, "it is probed, and used again, by itself", Place.NOWHERE)
    return good("deliveries", counted)
