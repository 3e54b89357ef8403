"""What is wrong with the routes of a configuration beside their form: names nobody has, rules that can never fire."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from config.route import Route
from domain.document import DocumentKind
from domain.pattern import Pattern
from domain.routing import RoutedFinding
from domain.tier import Tier

#: Value representations (PS3.5 6.2) that are no text a person could write a pattern for.
_NO_TEXT: Final = frozenset({"SQ", "OB", "OD", "OF", "OL", "OV", "OW", "UN", "AT"})
#: What each destination takes; None where its own table has problems and nothing can be said of it.
Takes = Mapping[str, frozenset[DocumentKind] | None]


@dataclass(frozen=True, slots=True)
class RouteFault:
    """One fault: which route (counted from 0), which of its keys, and a sentence."""

    route: int
    key: tuple[str, ...]
    sentence: str


def find_faults(routes: Mapping[int, Route], takes: Takes) -> Iterator[RouteFault]:
    """Give every fault of the routes; `routes` are those that have the right form, by their place."""
    for number, route in routes.items():
        yield from (RouteFault(number, key, sentence) for key, sentence in _faults_of(route, takes))
    earlier: list[Route] = []
    for number, route in routes.items():
        if sentence := _find_twin(route, earlier) or _find_cover(route, earlier):
            yield RouteFault(number, ("name",), sentence)
        earlier.append(route)


def _faults_of(route: Route, takes: Takes) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in route.destinations:
        if name not in takes:
            yield ("destinations",), f': there is no destination "{name}"{_suggest(name, takes)}'
    for name, kinds in route.documents.items():
        if name not in route.destinations:
            yield ("documents", name), ": not among the destinations of this route; add it there, or take it out here"
        elif sentence := _judge_kinds(kinds, takes.get(name)):
            yield ("documents", name), sentence
    for keyword in route.tags:
        if sentence := _judge_keyword(keyword):
            yield ("tags", keyword), sentence
    yield from _faults_of_patterns(route)


def _judge_kinds(kinds: Sequence[DocumentKind], taken: frozenset[DocumentKind] | None) -> str:
    if DocumentKind.REJECTION_NOTE in kinds:
        return ": rejection notes are switched on by `rejection_notes` of the destination, not by a route"
    if taken is not None and not taken & set(kinds):
        return (
            ": this destination takes none of these; leave it out of `destinations`, or name what it takes: "
            + ", ".join(sorted(taken))
        )
    return ""


def _judge_keyword(keyword: str) -> str:
    from pydicom.datadict import (
        dictionary_VR,
        keyword_dict,
        tag_for_keyword,
    )  # a table of 5,000 rows: only where needed

    tag = tag_for_keyword(keyword)
    if tag is None:
        near = difflib.get_close_matches(keyword, keyword_dict, n=1, cutoff=0.6)
        return f": unknown keyword of PS3.6{f'; did you mean {near[0]}?' if near else ''}"
    if dictionary_VR(tag).split(" or ")[0] in _NO_TEXT:
        return ": has no text that a pattern could match (a sequence or binary data); choose another attribute"
    return ""


def _faults_of_patterns(route: Route) -> Iterator[tuple[tuple[str, ...], str]]:
    texts: dict[tuple[str, ...], tuple[str, ...]] = {
        ("tags", keyword): wanted for keyword, wanted in route.tags.items()
    }
    texts |= {(key,): getattr(route, key) for key in ("region", "calling_ae_title", "called_ae_title")}
    for key, wanted in texts.items():
        for text in wanted:
            try:
                Pattern(text)
            except ValueError as error:
                yield key, f' = "{text}" cannot stand here; {error}'


def _find_twin(route: Route, earlier: Iterable[Route]) -> str:
    if any(each.name == route.name for each in earlier):
        return f' = "{route.name}" is also the name of an earlier route; names are unique'
    return ""


def _find_cover(route: Route, earlier: Sequence[Route]) -> str:
    """Return why a route can never fire; empty where it can, as far as one can tell."""
    plain = [each for each in earlier if _is_plain(each)]
    left = _combinations(route)
    for taker in plain:
        left -= _combinations(taker)
    if not left:
        names = ", ".join(f'"{each.name}"' for each in plain)
        return (
            f": this route can never fire: {names} before it {'takes' if len(plain) == 1 else 'take'} every such study"
        )
    cover = next((each for each in earlier if _takes_all_of(each, route)), None)
    return "" if cover is None else f': this route can never fire: "{cover.name}" before it takes every such study'


def _is_plain(route: Route) -> bool:
    """Return whether a route asks for nothing but what can be counted up."""
    return not (_texts(route) or route.probability_at_least is not None)


def _texts(route: Route) -> Mapping[str, tuple[str, ...]]:
    tags = {f"tags.{keyword}": wanted for keyword, wanted in route.tags.items()}
    texts = {
        "region": route.region,
        "calling_ae_title": route.calling_ae_title,
        "called_ae_title": route.called_ae_title,
    }
    return {key: wanted for key, wanted in (tags | texts).items() if wanted}


def _combinations(route: Route) -> set[tuple[RoutedFinding, Tier]]:
    return set(product(route.finding or RoutedFinding, route.tier or Tier))


def _takes_all_of(earlier: Route, later: Route) -> bool:
    if not _combinations(later) <= _combinations(earlier):
        return False
    least = earlier.probability_at_least
    if least is not None and (later.probability_at_least is None or later.probability_at_least < least):
        return False
    try:
        wider, narrower = earlier.patterns, later.patterns
    except ValueError:  # told as a fault of its own
        return False
    return all(key in narrower and _cover(patterns, narrower[key]) for key, patterns in wider.items())


def _cover(wider: Sequence[Pattern], narrower: Sequence[Pattern]) -> bool:
    return all(any(each.covers(pattern) for each in wider) for pattern in narrower)


def _suggest(name: str, known: Takes) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; there {'are' if len(known) > 1 else 'is'} {', '.join(sorted(known))}" if known else ""
