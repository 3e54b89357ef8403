"""Whether a proposed impression says what was found: all of it, and nothing else.

Every sentence is read by a closed grammar into claims. The claims of all sentences together must be those that follow
from the facts, each made once. A sentence that is not of the grammar, or can be read in two ways, rejects the whole
proposal: nothing of it is mended.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from domain.impression import StudyFacts
from reporting.impression.claims import STUDY, Subject, expect_claims, name_image
from reporting.impression.grammar import Claims, Grammar, split_words
from reporting.translation import ENGLISH, load_translation

#: Longest proposal that is looked at; a study of sixteen images needs half of it.
LIMIT_CHARACTERS = 6000
#: May be said of any study: nothing here compares with earlier images.
_ALWAYS_TRUE = {(STUDY, "comparison"): "none"}
#: Claims that stand in the order of a sentence's images, one each.
_LISTED = ("percent", "marked")


class Fault(StrEnum):
    """Why a proposal is rejected."""

    TOO_LONG = "too-long"
    NO_SENTENCE = "no-sentence"
    AMBIGUOUS = "ambiguous"
    SAID_TWICE = "said-twice"
    NOT_OF_EACH_IMAGE = "not-of-each-image"
    MISSING = "missing"
    NOT_FOUND = "not-found"
    OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a proposal was rejected, free of patient data and of the proposal's words.

    Attributes:
        about: what is claimed wrongly, as the grammar names it; empty where a sentence could not be read.
    """

    fault: Fault
    about: str = ""

    @property
    def code(self) -> str:
        """For logs and the ledger: `otherwise:side`."""
        return f"{self.fault.value}:{self.about}" if self.about else self.fault.value


class _Rejected(Exception):
    """Ends the reading of a proposal."""

    def __init__(self, fault: Fault, about: str = "") -> None:
        super().__init__(fault)
        self.rejection = Rejection(fault, about)


def check_impression(text: str, facts: StudyFacts) -> Rejection | None:
    """Return why a proposal must not stand for the facts, None where it says exactly what they say."""
    try:
        claimed = _read_claims(text)
    except _Rejected as rejected:
        return rejected.rejection
    expected = expect_claims(facts)
    for subject, value in expected.items():
        if subject not in claimed:
            return Rejection(Fault.MISSING, subject[1])
        if claimed[subject] != value:
            return Rejection(Fault.OTHERWISE, subject[1])
    beyond = [
        what for (who, what), value in claimed.items() - expected.items() if _ALWAYS_TRUE.get((who, what)) != value
    ]
    return Rejection(Fault.NOT_FOUND, min(beyond)) if beyond else None


def _read_claims(text: str) -> dict[Subject, str]:
    """Return what a text claims of the study and of its images. Raises _Rejected where that is not clear."""
    if len(text) > LIMIT_CHARACTERS:
        raise _Rejected(Fault.TOO_LONG)
    claimed: dict[Subject, str] = {}
    for sentence in _split_sentences(text):
        for subject, value in _assign(_read_sentence(sentence)).items():
            if subject in claimed:
                raise _Rejected(Fault.SAID_TWICE, subject[1])
            claimed[subject] = value
    return claimed


def _split_sentences(text: str) -> list[tuple[str, ...]]:
    """Return the words of each sentence, without its full stop; a capital may only stand at the beginning."""
    words = split_words(text)
    if not words or words[-1] != ".":
        raise _Rejected(Fault.NO_SENTENCE)
    sentences: list[list[str]] = [[]]
    for word in words:
        if word == ".":
            sentences.append([])
        else:
            sentences[-1].append(word if sentences[-1] else word[:1].lower() + word[1:])
    return [tuple(sentence) for sentence in sentences[:-1]]


def _read_sentence(words: Sequence[str]) -> Claims:
    meanings = load_grammar().read("sentence", words)
    if not meanings:
        raise _Rejected(Fault.NO_SENTENCE)
    if len(meanings) > 1:
        raise _Rejected(Fault.AMBIGUOUS)
    return next(iter(meanings))


def _assign(claims: Claims) -> Mapping[Subject, str]:
    """Return the claims of one sentence by whom they are of: the images that it names, or the study."""
    names = _list_names(claims)
    rest = [(what, value) for what, value in claims if what not in ("image", "series", "instance")]
    once = [what for what, _ in rest if not (names and what in _LISTED)]
    if len(once) != len(set(once)):
        raise _Rejected(Fault.SAID_TWICE, next(what for what in once if once.count(what) > 1))
    if not names:
        return {(STUDY, what): value for what, value in rest}
    if len({number for number, _ in names}) != len(names):
        raise _Rejected(Fault.SAID_TWICE, "name")
    assigned = {(number, "name"): name for number, name in names}
    for what in dict.fromkeys(what for what, _ in rest):
        values = _spread(what, [value for name, value in rest if name == what], len(names))
        assigned |= {(number, what): value for (number, _), value in zip(names, values, strict=True)}
    return assigned


def _spread(what: str, values: list[str], images: int) -> list[str]:
    """Return one value for each image of a sentence."""
    shared = what not in _LISTED or values == ["0"]  # no place is marked on any of them
    if shared:
        return values * images
    if len(values) != images:
        raise _Rejected(Fault.NOT_OF_EACH_IMAGE, what)
    return values


def _list_names(claims: Claims) -> list[tuple[int, str]]:
    """Return the number and the name of each image that a sentence names; series and instance follow their image."""
    names: list[tuple[int, str]] = []
    for index, (what, value) in enumerate(claims):
        if what == "image":
            shown = dict(each for each in claims[index + 1 : index + 3] if claims[index + 1][0] == "series")
            names.append((int(value), name_image(shown.get("series", ""), shown.get("instance", ""))))
    return names


@cache
def load_grammar() -> Grammar:
    """Return the grammar of impressions, with the words for body parts and reasons that every document has."""
    rules = tomllib.loads(files("reporting.impression").joinpath("grammar.toml").read_text(encoding="utf-8"))
    words = load_translation(ENGLISH)
    return Grammar(
        rules,
        {
            "place": sorted({*words.body_parts.values(), *words.regions.values()}),
            "reason": sorted(set(words.reasons.values())),
        },
    )
