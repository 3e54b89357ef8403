"""What was answered for one document, and the attempt that a set of such answers makes."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.delivery import Attempt, Outcome, Receipt


@dataclass(frozen=True, slots=True)
class Reply:
    """A receipt, and for a document that did not arrive what a person can do about it."""

    receipt: Receipt
    advice: str = ""


def reply(identifier: str, outcome: Outcome, status: str, advice: str = "") -> Reply:
    """Return the answer for one document."""
    return Reply(Receipt(identifier, outcome, status), advice)


def conclude(replies: Iterable[Reply], explanation: str = "") -> Attempt:
    """Return the attempt: every receipt, and one explanation that counts equal failures and says each advice once."""
    replies = tuple(replies)
    failed = [each for each in replies if each.receipt.outcome is not Outcome.DELIVERED]
    sentences = [explanation] if explanation else []
    for status, advice in dict.fromkeys((each.receipt.status, each.advice) for each in failed if each.advice):
        count = sum(each.receipt.status == status for each in failed)
        sentences.append(f"{count} of {len(replies)} documents: {status}; {advice}")
    return Attempt(tuple(each.receipt for each in replies), ". ".join(sentences))
