"""A closed grammar for sentences, as data: which claims a sentence makes, or that it is none of the language.

A rule has alternatives of words and other rules (reporting/impression/grammar.toml shows how they are written). Every
derivation is found: a sentence that can be read in two ways is told apart from one that is clear.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

#: What is claimed, and its value.
Claim = tuple[str, str]
#: All claims of one way to read a sentence, in the order of its words.
Claims = tuple[Claim, ...]

_TOKEN = re.compile(r"\d+%|\d+|[A-Za-z]+(?:-[A-Za-z0-9]+)*|[.,;:()]")
_MARKS = re.compile(r"\{[^{}]*\}|[.,;:()]|[^\s{}.,;:()]+")
_RULE = re.compile(r"\{(\w+)(\??)(?::([\w+]+))?\}")
_PATTERNS = {
    "number": re.compile(r"0|[1-9]\d*"),
    "digits": re.compile(r"\d+"),
    "points": re.compile(r"[1-9]\d?%"),
}
_NO_SPACE_BEFORE, _NO_SPACE_AFTER = frozenset(".,;:)"), frozenset("(")


def split_words(text: str) -> tuple[str, ...] | None:
    """Return the words and marks of a text; None where it holds anything else, or is spaced in another way."""
    words = tuple(_TOKEN.findall(text))
    return words if join_words(words) == text else None


def join_words(words: Iterable[str]) -> str:
    """Return words and marks as text: a space between them, but none before a mark or inside a bracket."""
    text = ""
    for word in words:
        glued = not text or word in _NO_SPACE_BEFORE or text[-1] in _NO_SPACE_AFTER
        text += word if glued else f" {word}"
    return text


@dataclass(frozen=True, slots=True)
class _Part:
    """A word, or a rule with the names under which its words are claimed."""

    word: str = ""
    rule: str = ""
    claims: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class _Alternative:
    parts: tuple[_Part, ...]
    claims: Claims


class Grammar:
    """Rules by name.

    Args:
        rules: alternatives of each rule, as text.
        lists: rules that are closed lists of phrases, taken word by word: nothing in them is a rule.

    Raises:
        ValueError: a rule that an alternative names does not exist, or an alternative is not written as it must be.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]], lists: Mapping[str, Iterable[str]]) -> None:
        self._rules = {name: tuple(_parse(text) for text in texts) for name, texts in rules.items()}
        for name, phrases in lists.items():
            self._rules[name] = tuple(_spell(phrase) for phrase in phrases)
        named = {part.rule for each in self._rules.values() for one in each for part in one.parts if part.rule}
        if unknown := named - self._rules.keys() - _PATTERNS.keys():
            raise ValueError(f"no such rule: {', '.join(sorted(unknown))}")

    def read(self, rule: str, words: Sequence[str]) -> frozenset[Claims]:
        """Return what a sentence claims, once for each way to read it; empty where it is none of this rule."""
        return frozenset(claims for end, claims in _Reading(self._rules, words).derive(rule, 0) if end == len(words))

    @property
    def words(self) -> frozenset[str]:
        """Every word and mark of the grammar."""
        return frozenset(part.word for each in self._rules.values() for one in each for part in one.parts if part.word)


class _Reading:
    """One sentence being read: what each rule derives from each place is found once."""

    def __init__(self, rules: Mapping[str, tuple[_Alternative, ...]], words: Sequence[str]) -> None:
        self._rules, self._words = rules, words
        self._found: dict[tuple[str, int], frozenset[tuple[int, Claims]]] = {}

    def derive(self, rule: str, start: int) -> frozenset[tuple[int, Claims]]:
        """Return every end that a rule reaches from a place, with its claims."""
        if (rule, start) not in self._found:
            self._found[rule, start] = frozenset(self._try(rule, start))
        return self._found[rule, start]

    def _try(self, rule: str, start: int) -> Iterator[tuple[int, Claims]]:
        if rule in _PATTERNS:
            if start < len(self._words) and _PATTERNS[rule].fullmatch(self._words[start]):
                yield start + 1, ()
            return
        for alternative in self._rules[rule]:
            for end, claims in self._follow(alternative.parts, start):
                yield end, (*claims, *alternative.claims)

    def _follow(self, parts: Sequence[_Part], start: int) -> Iterator[tuple[int, Claims]]:
        if not parts:
            yield start, ()
            return
        part, rest = parts[0], parts[1:]
        if part.optional:
            yield from self._follow(rest, start)
        for end, claims in self._step(part, start):
            for last, more in self._follow(rest, end):
                yield last, (*claims, *more)

    def _step(self, part: _Part, start: int) -> Iterator[tuple[int, Claims]]:
        if part.word:
            if start < len(self._words) and self._words[start] == part.word:
                yield start + 1, ()
            return
        for end, claims in self.derive(part.rule, start):
            said = join_words(self._words[start:end])
            yield end, (*claims, *((name, said) for name in part.claims))


def _parse(text: str) -> _Alternative:
    """Return an alternative from `words {rule} {rule:claim} => claim value; claim value`."""
    body, _, said = text.partition("=>")
    claims = tuple(_parse_claim(each) for each in said.split(";") if each.strip())
    parts = tuple(map(_parse_part, _MARKS.findall(body)))
    if not parts or re.sub(_MARKS, "", body).strip():
        raise ValueError(f"an alternative has words, marks and {{rules}} alone: {text!r}")
    return _Alternative(parts, claims)


def _parse_part(text: str) -> _Part:
    if not text.startswith("{"):
        return _Part(word=text.removesuffix("?"), optional=text.endswith("?"))
    match = _RULE.fullmatch(text)
    if match is None:
        raise ValueError(f"a rule stands as {{name}}, {{name?}} or {{name:claim}}: {text!r}")
    return _Part(rule=match[1], optional=bool(match[2]), claims=tuple(match[3].split("+")) if match[3] else ())


def _parse_claim(text: str) -> Claim:
    name, _, value = text.strip().partition(" ")
    if not value:
        raise ValueError(f"a claim has a name and a value: {text!r}")
    return name, value


def _spell(phrase: str) -> _Alternative:
    words = split_words(phrase)
    if not words:
        raise ValueError(f"a phrase has words and marks alone: {phrase!r}")
    return _Alternative(tuple(_Part(word=word) for word in words), ())
