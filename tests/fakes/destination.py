"""The fake of ports.Destination: answers from a script, delivers when the script is at its end."""

from collections.abc import Iterable, Sequence

from domain.delivery import Attempt, Outcome, Receipt
from domain.document import Document


class FakeDestination:
    """Remembers what it was given.

    Args:
        outcomes: of the first attempts, for every document alike; later attempts deliver.
    """

    def __init__(self, name: str = "fake", outcomes: Iterable[Outcome] = ()) -> None:
        self.name = name
        self._outcomes = list(outcomes)
        self.attempts: list[tuple[Document, ...]] = []
        self.delivered: dict[str, bytes] = {}

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        self.attempts.append(tuple(documents))
        outcome = self._outcomes.pop(0) if self._outcomes else Outcome.DELIVERED
        if outcome is Outcome.DELIVERED:
            self.delivered |= {document.identifier: document.content for document in documents}
        receipts = tuple(Receipt(document.identifier, outcome, f"scripted {outcome.value}") for document in documents)
        return Attempt(receipts, "" if outcome is Outcome.DELIVERED else "scripted")
