"""Which destinations get an answer, and by which rule. Pure: what is known of the study comes from outside.

A version that takes the place of another goes to whoever got that one, whatever the rules say of it now: nobody is left
with an answer that was corrected or taken back elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from config.settings import Destination, Route, Settings
from dicom_node.pipeline.traits import StudyTraits
from domain.document import DocumentKind
from domain.pattern import Pattern
from domain.routing import Condition, JudgedRoute, Kinds, Routing, unite


def decide(settings: Settings, traits: StudyTraits, earlier: Mapping[str, Kinds]) -> Routing:
    """Return where the answer to a study goes.

    Args:
        earlier: the destinations that earlier versions went to, with the kinds that might go there.
    """
    judged = tuple(judge(settings.route, traits))
    fired = next((number for number, each in enumerate(judged) if each.fired), None)
    if fired is None:
        return _correct(Routing("", {each.name: None for each in settings.destination}, judged=judged), earlier)
    return _correct(Routing(judged[fired].name, dict(settings.route[fired].kinds), judged=judged), earlier)


def take_back(settings: Settings, earlier: Mapping[str, Kinds]) -> Routing:
    """Return where a retraction goes: to whoever got what it takes back; without any route to everybody."""
    everybody: dict[str, Kinds] = {} if settings.route else {each.name: None for each in settings.destination}
    return _correct(Routing("", everybody), earlier)


def let_through(destination: Destination, routing: Routing) -> frozenset[DocumentKind]:
    """Return the kinds of document that a destination gets: of what it takes, what the routing lets through."""
    routed = routing.kinds_for(destination.name)
    return destination.sends if routed is None else destination.sends & routed


def judge(routes: Sequence[Route], traits: StudyTraits) -> Iterator[JudgedRoute]:
    """Give what each route makes of a study; those after the one that fires are not asked."""
    decided = False
    for route in routes:
        judged = JudgedRoute(route.name, tuple(_conditions(route, traits)), asked=not decided)
        yield judged
        decided = decided or judged.fired


def _correct(routing: Routing, earlier: Mapping[str, Kinds]) -> Routing:
    documents = dict(routing.documents)
    corrected: list[str] = []
    for name, kinds in earlier.items():
        before = documents.get(name, frozenset())
        documents[name] = unite(before, kinds)
        if documents[name] != before:
            corrected.append(name)
    return replace(routing, documents=documents, corrected=tuple(corrected), owed=tuple(earlier))


#: What a study has where a route wants a text.
_TEXTS: Final[Mapping[str, Callable[[StudyTraits], tuple[str, ...] | None]]] = {
    "region": lambda traits: traits.regions,
    "calling_ae_title": lambda traits: traits.calling_ae_titles,
    "called_ae_title": lambda traits: traits.called_ae_titles,
}


def _conditions(route: Route, traits: StudyTraits) -> Iterator[Condition]:
    for key, patterns in route.patterns.items():
        yield _judge_texts(key, patterns, _TEXTS[key](traits) if key in _TEXTS else _tag(traits, key))
    if route.finding:
        yield _judge_one_of("finding", [each.value for each in route.finding], traits.finding)
    if route.tier:
        yield _judge_one_of("tier", [each.value for each in route.tier], traits.tier)
    if route.probability_at_least is not None:
        yield _judge_probability(route.probability_at_least, traits)


def _tag(traits: StudyTraits, key: str) -> tuple[str, ...] | None:
    return traits.tags.get(key.removeprefix("tags."))


def _judge_texts(key: str, patterns: Sequence[Pattern], found: tuple[str, ...] | None) -> Condition:
    wanted = " or ".join(f'"{pattern.text}"' for pattern in patterns)
    if found is None:
        return Condition(key, wanted, None)
    holds = any(pattern.matches(value) for pattern in patterns for value in found or ("",))
    return Condition(key, wanted, holds, found)


def _judge_one_of(key: str, wanted: Sequence[str], found: str | None) -> Condition:
    words = " or ".join(wanted)
    return Condition(key, words, None) if found is None else Condition(key, words, found in wanted, (str(found),))


def _judge_probability(least: float, traits: StudyTraits) -> Condition:
    wanted = f"{least:g} or more"
    if traits.probability is None:
        return Condition("probability_at_least", wanted, False if traits.was_read else None)
    return Condition("probability_at_least", wanted, traits.probability >= least, (f"{traits.probability:.3f}",))
