"""What was answered for one document, and the attempt that a set of such answers makes."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.delivery import Attempt, Outcome, Receipt


@dataclass(frozen=True, slots=True)
class Reply:
    """A receipt, and what a person can do: about a document that did not arrive, or that arrived with a warning."""

    receipt: Receipt
    advice: str = ""


def reply(identifier: str, outcome: Outcome, status: str, advice: str = "") -> Reply:
    """Return the answer for one document."""
    return Reply(Receipt(identifier, outcome, status), advice)


def conclude(replies: Iterable[Reply], explanation: str = "", *, left_alone_seconds: float = 0.0) -> Attempt:
    """Return the attempt: every receipt, and one explanation that counts equal failures and warnings and says each
    advice once.
    """
    replies = tuple(replies)
    sentences = [explanation] if explanation else []
    for status, advice in dict.fromkeys((each.receipt.status, each.advice) for each in replies if each.advice):
        count = sum(each.receipt.status == status for each in replies)
        sentences.append(f"{count} of {len(replies)} documents: {status}; {advice}")
    return Attempt(tuple(each.receipt for each in replies), ". ".join(sentences), left_alone_seconds)
