"""Findings and true impressions of them, by the hundred; and what is false about each."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from domain.errors import ModelError
from domain.finding import FractureState
from domain.impression import ImageFacts, Naming, Place, Side, StudyFacts
from inference.phrases.plan import plan_impression
from inference.phrases.realise import realise
from inference.training.phrases.generator import generate
from inference.training.phrases.phrasings import load_phrasings
from inference.training.phrases.sampling import draw_facts

SUSPICIOUS = (FractureState.PRESENT, FractureState.DOUBT)
OTHER_PLACE, OTHER_REASON = "skull", "the image is too small or too large to be analysed"


@cache
def draw_impression(seed: int) -> tuple[StudyFacts, str]:
    """Return the findings of a study and one true wording of them."""
    for attempt in range(100):
        facts = draw_facts(f"{seed}:{attempt}")
        if plan := plan_impression(facts):
            return facts, realise(generate(plan, load_phrasings(), seed).tokens, plan.slots)
    raise AssertionError("a hundred studies with too much to say")


def make_image(number: int = 1, **changes: object) -> ImageFacts:
    """Return a left wrist with a suspected fracture, or with what is given."""
    wrist = ImageFacts(
        number, "1", str(number), FractureState.PRESENT, Side.LEFT, Place(Naming.HEADER, "wrist"), "94%", 1
    )
    return replace(wrist, **changes)


def make_facts(*images: ImageFacts, percent: str = "94%") -> StudyFacts:
    """Return a study as suspicious as the first of its images that was read."""
    images = images or (make_image(),)
    states = [image.state for image in images if image.state is not None]
    return StudyFacts(states[0] if states else None, percent if states else "", images)


def falsify(facts: StudyFacts) -> Iterator[tuple[str, StudyFacts]]:
    """Give studies that differ from this one in one thing, with its name: no wording of this one is true of them."""
    if facts.state is not None:
        for state in set(FractureState) - {facts.state}:
            yield "study state", replace(facts, state=state)
        yield "study percent", replace(facts, percent=_other_percent(facts.percent))
    more = replace(facts.images[-1], number=len(facts.images) + 1)
    yield "one image more", replace(facts, images=(*facts.images, more))
    for index, image in enumerate(facts.images):
        for name, other in _falsify_image(image):
            yield name, replace(facts, images=(*facts.images[:index], other, *facts.images[index + 1 :]))


def _falsify_image(image: ImageFacts) -> Iterator[tuple[str, ImageFacts]]:
    for side in set(Side) - {image.side}:
        yield "side", replace(image, side=side)
    for place in _other_places(image.place):
        yield "place", replace(image, place=place)
    yield "series", replace(image, series="77", instance="1")
    yield "instance", replace(image, series=image.series or "1", instance="88")
    if image.state is None:
        yield "reason", replace(image, reason=OTHER_REASON)
        return
    yield "percent", replace(image, percent=_other_percent(image.percent))
    if image.state in SUSPICIOUS:
        yield "state", replace(image, state=next(each for each in SUSPICIOUS if each is not image.state))
        yield "absent", replace(image, state=FractureState.ABSENT, marked=None, kind="", kind_percent="")
        yield "marked", replace(image, marked=(image.marked or 0) + 1)
        yield "marked", replace(image, marked=3 if image.marked is None else None)
        yield "kind", replace(image, kind="impacted fracture", kind_percent=image.kind_percent or "61%")
        if image.kind:
            yield "kind percent", replace(image, kind_percent=_other_percent(image.kind_percent))
    else:
        yield "present", replace(image, state=FractureState.PRESENT, marked=1)


def _other_places(place: Place) -> Iterator[Place]:
    if place.naming is not Naming.NOBODY:
        yield replace(place, words=OTHER_PLACE)
        yield Place(Naming.NOBODY)
    if place.naming is Naming.CONTRADICTORY:
        yield replace(place, models=OTHER_PLACE)
        yield Place(Naming.HEADER, place.words)
    else:
        yield Place(Naming.CONTRADICTORY, place.words or "wrist", OTHER_PLACE)
    if place.naming in (Naming.HEADER, Naming.MODELS):
        yield replace(place, naming=Naming.MODELS if place.naming is Naming.HEADER else Naming.HEADER)


def _other_percent(percent: str) -> str:
    return "51%" if percent != "51%" else "52%"


class ScriptedWriter:
    """The port PhraseWriter: says what it was told to, or raises it."""

    name = "scripted 1.0.0"

    def __init__(self, says: "str | ModelError") -> None:
        self._says = says
        self.asked: list[StudyFacts] = []

    def propose(self, facts: StudyFacts) -> str:
        self.asked.append(facts)
        if isinstance(self._says, ModelError):
            raise self._says
        return self._says
