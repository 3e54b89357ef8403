"""From the tokens of the phrase model to text: slots filled, marks in their place, a capital at each beginning."""

import re
from collections.abc import Iterable, Mapping

_BEGINNING = re.compile(r"(?:^|(?<=\. ))[a-z]")


def realise(tokens: Iterable[str], slots: Mapping[str, str]) -> str:
    """Return the text; empty where a token is a slot that this study does not fill."""
    words = []
    for token in tokens:
        if token.startswith("{"):
            if token[1:-1] not in slots:
                return ""
            words.append(slots[token[1:-1]])
        else:
            words.append(token)
    text = re.sub(r" (?=[.,;:)])|(?<=\() ", "", " ".join(words))
    return _BEGINNING.sub(lambda match: match[0].upper(), text)


def split_phrase(phrase: str) -> list[str]:
    """Return the tokens of a phrase: words, marks and slots, each by itself."""
    return re.findall(r"\{\w+\}|[\w-]+|[.,;:()]", phrase)
