"""The fake of ports.Destination: answers from a script, delivers when the script is at its end."""

from collections.abc import Iterable, Sequence

from dicom_node.ports import Probe
from domain.delivery import Attempt, Outcome, Receipt
from domain.document import Document


class FakeDestination:
    """Remembers what it was given.

    Args:
        outcomes: of the first attempts, for every document alike; later attempts deliver.

    Attributes:
        always: how documents of these identifiers end in every attempt, whatever the script says.
        reachable: what a probe finds; `probes` counts them.
    """

    def __init__(self, name: str = "fake", outcomes: Iterable[Outcome] = ()) -> None:
        self.name = name
        self._outcomes = list(outcomes)
        self.always: dict[str, Outcome] = {}
        self.reachable = True
        self.probes = 0
        self.attempts: list[tuple[Document, ...]] = []
        self.delivered: dict[str, bytes] = {}

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        self.attempts.append(tuple(documents))
        outcome = self._outcomes.pop(0) if self._outcomes else Outcome.DELIVERED
        outcomes = {each.identifier: self.always.get(each.identifier, outcome) for each in documents}
        arrived = [each for each in documents if outcomes[each.identifier] is Outcome.DELIVERED]
        self.delivered |= {document.identifier: document.content for document in arrived}
        receipts = tuple(Receipt(name, each, f"scripted {each.value}") for name, each in outcomes.items())
        return Attempt(receipts, "" if len(arrived) == len(documents) else "scripted")

    def probe(self) -> Probe:
        self.probes += 1
        return Probe(self.reachable, "it is there" if self.reachable else "nobody answers")
