"""Findings drawn at random, as varied as studies are: what report text is generated from."""

import random
from dataclasses import replace

from domain.finding import FractureState
from domain.impression import ImageFacts, Naming, Place, Side, StudyFacts

#: Words for slots. The model never sees them: they are here so that a proposal is a text that can be checked.
HEADERS = ("wrist", "hand", "knee", "ankle", "tibia and fibula", "shoulder", "hip", "foot")
MODELS = ("hand, wrist or forearm", "lower limb below the hip", "hip", "shoulder")
KINDS = ("spiral fracture", "greenstick fracture", "comminuted fracture", "fracture dislocation")
REASONS = ("the object has no pixel data", "all pixels have the same value", "the models failed on this image")
MOST_IMAGES = 6
_STATES = (*FractureState, FractureState.PRESENT, FractureState.ABSENT, None)
_SIDES = (*Side, Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT)
_NAMINGS = (Naming.HEADER,) * 5 + (Naming.MODELS, Naming.CONTRADICTORY)


def draw_facts(seed: int | str) -> StudyFacts:
    """Return the findings of one study; the same seed gives the same ones."""
    chance = random.Random(seed)
    places = chance.random() < 0.85  # some sites are told of no places
    count = min(1 + int(chance.expovariate(0.6)), MOST_IMAGES)
    images: list[ImageFacts] = []
    for number in range(1, count + 1):
        # Images of a study mostly show one place: then they are told together.
        like = chance.choice(images) if images and chance.random() < 0.5 else None
        images.append(_repeat(chance, like, number) if like else _draw_image(chance, number, places))
    states = [image.state for image in images if image.state is not None]
    state = next((each for each in _BY_WEIGHT if each in states), None)
    return StudyFacts(state, _draw_percent(chance) if states else "", tuple(images))


#: A study is as suspicious as its most suspicious image.
_BY_WEIGHT = (FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT)


def _draw_image(chance: random.Random, number: int, places: bool) -> ImageFacts:
    state = chance.choice(_STATES)
    shown = chance.random() < 0.8
    suspicious = state in (FractureState.PRESENT, FractureState.DOUBT)
    kind = chance.choice(KINDS) if suspicious and chance.random() < 0.2 else ""
    return ImageFacts(
        number=number,
        series=str(chance.randint(1, 9)) if shown else "",
        instance=str(chance.randint(1, 40)) if shown else "",
        state=state,
        side=chance.choice(_SIDES),
        place=_draw_place(chance, read=state is not None),
        percent=_draw_percent(chance) if state else "",
        marked=_draw_marks(chance) if suspicious and places else None,
        kind=kind,
        kind_percent=_draw_percent(chance) if kind else "",
        reason=chance.choice(REASONS) if state is None else "",
    )


def _repeat(chance: random.Random, like: ImageFacts, number: int) -> ImageFacts:
    """Return an image of the same kind with its own numbers."""
    return replace(
        like,
        number=number,
        instance=str(chance.randint(1, 40)) if like.instance else "",
        percent=_draw_percent(chance) if like.state else "",
        marked=_draw_marks(chance) if like.marked is not None else None,
    )


def _draw_place(chance: random.Random, *, read: bool) -> Place:
    if not read:
        return Place(Naming.HEADER, chance.choice(HEADERS)) if chance.random() < 0.8 else Place(Naming.NOBODY)
    naming = chance.choice(_NAMINGS)
    words = chance.choice(MODELS if naming is Naming.MODELS else HEADERS)
    return Place(naming, words, chance.choice(MODELS) if naming is Naming.CONTRADICTORY else "")


def _draw_percent(chance: random.Random) -> str:
    number = chance.randint(0, 100)
    return {0: "less than 1%", 100: "more than 99%"}.get(number, f"{number}%")


def _draw_marks(chance: random.Random) -> int:
    return chance.choice((0, 1, 1, 1, 2, 3))
