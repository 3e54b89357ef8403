"""Report text from findings: one of the many ways that the phrasings allow, decided by a seed."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from domain.finding import FractureState
from inference.phrases.plan import UNREAD, Group, Plan
from inference.phrases.realise import split_phrase
from inference.training.phrases.phrasings import Phrasings

#: Sides that stand as a word before the place.
_WORDS_OF_SIDE = ("left", "right")


@dataclass(frozen=True, slots=True)
class Generated:
    """One wording.

    Attributes:
        tokens: words, marks and slots.
        log_probability: natural logarithm of how probable the choices were that led to it; no model can learn more.
    """

    tokens: tuple[str, ...]
    log_probability: float


class _Choices:
    """Choices by chance that remember how probable they were."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)
        self.log_probability = 0.0

    def take(self, choices: Sequence[str]) -> str:
        """Return one of them."""
        self.log_probability -= math.log(len(choices))
        return self._random.choice(choices)


def generate(plan: Plan, phrasings: Phrasings, seed: int | str) -> Generated:
    """Return one wording of a plan; the same arguments give the same one."""
    choices = _Choices(seed)
    sentences = {
        "coverage": [choices.take(phrasings.coverage[plan.coverage])],
        "result": [_tell_result(plan, phrasings, choices)],
        "groups": [_tell_group(group, str(n), phrasings, choices) for n, group in enumerate(plan.groups, 1)],
    }
    order = choices.take(phrasings.orders).split()
    tokens = [token for part in order for sentence in sentences[part] for token in split_phrase(_lower(sentence))]
    return Generated(tuple(tokens), choices.log_probability)


def _lower(sentence: str) -> str:
    """The beginning of a sentence gets its capital when the tokens become text."""
    return sentence[:1].lower() + sentence[1:]


def _tell_result(plan: Plan, phrasings: Phrasings, choices: _Choices) -> str:
    in_part = plan.state == FractureState.ABSENT and plan.coverage == "part"
    sentence = choices.take(phrasings.result["absent_in_part" if in_part else plan.state])
    if plan.state == UNREAD:
        return sentence
    return sentence.replace("{certainty}", choices.take(phrasings.result["certainty"]))


def _tell_group(group: Group, number: str, phrasings: Phrasings, choices: _Choices) -> str:
    sentence = choices.take((phrasings.one if group.images == "one" else phrasings.many)[group.state])
    of = phrasings.of.get(group.naming) if group.state != UNREAD else None
    sided = bool(of) and group.side in _WORDS_OF_SIDE
    place = choices.take(of).replace("{side}", group.side if sided else "") if of else ""
    details = _tell_details(
        group, phrasings, choices, left_out={"naming"} if of and not sided else {"naming", "side"} if of else set()
    )
    frame = choices.take(phrasings.details.frames)
    return sentence.replace("{of}", place).replace("{details}", frame.replace("{all}", details)).replace("#", number)


def _tell_details(group: Group, phrasings: Phrasings, choices: _Choices, left_out: set[str]) -> str:
    tables = phrasings.details
    asked = {
        "percent": group.images if group.state != UNREAD else "",
        "marked": group.marked,
        "kind": group.kind,
        "naming": group.naming,
        "side": group.side,
        "reason": UNREAD if group.state == UNREAD else "",
    }
    order = [name for name in choices.take(tables.orders).split() if asked[name] and name not in left_out]
    separator = choices.take(tables.separators)
    return f"{separator} ".join(choices.take(getattr(tables, name)[asked[name]]) for name in order)
