"""What the phrase model is told of a study, and what stands in for the words that it never sees.

Images of which the same is said form a group. The model is told of groups by a few tokens; numbers, body parts, reasons
and types are slots, such as `{place1}`, that it moves about and that are filled afterwards: it cannot mistake them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from domain.finding import FractureState
from domain.impression import ImageFacts, StudyFacts

#: Groups that a model is told of; a study with more of them is beyond it.
MOST_GROUPS = 4
UNREAD = "unread"
_ORDER = (FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT, None)


@dataclass(frozen=True, slots=True)
class Group:
    """What kind of thing is said of the images of a group; each value is one token.

    Attributes:
        state: that of the images, or UNREAD.
        images: "one" or "many".
        marked: "none", "one", "several" (of one image), or "listed" (of many images); empty where no places are stated.
        kind: "typed" where a type of fracture is named.
    """

    state: str
    images: str
    side: str
    naming: str
    marked: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A study as the model is told of it.

    Attributes:
        coverage: "one" image, "all" of many, a "part" or "none" of them.
        state: of the study, or UNREAD.
        slots: the words of each slot.
    """

    coverage: str
    state: str
    groups: tuple[Group, ...]
    slots: dict[str, str]

    @property
    def source(self) -> tuple[str, ...]:
        """The tokens for the encoder."""
        return f"coverage:{self.coverage}", f"study:{self.state}", *_tokens(self.groups)


def _tokens(groups: Sequence[Group]) -> Iterator[str]:
    for number, group in enumerate(groups, 1):
        for name in Group.__slots__:
            if value := getattr(group, name):
                yield f"{number}:{name}:{value}"


def plan_impression(facts: StudyFacts) -> Plan | None:
    """Return the plan of a study: suspicious images first; None where there is more to say than a model is told."""
    groups = [tuple(images) for _, images in groupby(sorted(facts.images, key=_key), key=_key)]
    if len(groups) > MOST_GROUPS:
        return None
    groups.sort(key=lambda images: (_ORDER.index(images[0].state), images[0].number))
    slots = {"read": str(facts.read), "images": str(len(facts.images)), "percent": facts.percent}
    for number, images in enumerate(groups, 1):
        slots |= {f"{name}{number}": words for name, words in _fill(images)}
    state = facts.state.value if facts.state else UNREAD
    return Plan(
        _cover(facts), state, tuple(map(_describe, groups)), {name: words for name, words in slots.items() if words}
    )


def _key(image: ImageFacts) -> tuple[str | bool, ...]:
    """What must be equal for images to be told together."""
    place = image.place
    return (
        image.state or UNREAD,
        image.side,
        place.naming,
        place.words,
        place.models,
        image.kind,
        image.kind_percent,
        image.marked is None,
        image.reason,
    )


def _cover(facts: StudyFacts) -> str:
    if facts.read == 0:
        return "none"
    if facts.read < len(facts.images):
        return "part"
    return "one" if len(facts.images) == 1 else "all"


def _describe(images: Sequence[ImageFacts]) -> Group:
    first = images[0]
    return Group(
        state=first.state.value if first.state else UNREAD,
        images="one" if len(images) == 1 else "many",
        side=first.side.value,
        naming=first.place.naming.value,
        marked=_count(images) if first.marked is not None else "",
        kind="typed" if first.kind else "",
    )


def _count(images: Sequence[ImageFacts]) -> str:
    if not any(image.marked for image in images):
        return "none"
    if len(images) > 1:
        return "listed"
    return "one" if images[0].marked == 1 else "several"


def _fill(images: Sequence[ImageFacts]) -> Iterator[tuple[str, str]]:
    first = images[0]
    yield "images", join(map(name_image, images))
    yield "percent", join(image.percent for image in images) if first.percent else ""
    yield "marked", join(str(image.marked) for image in images) if first.marked is not None else ""
    yield "place", first.place.words
    yield "models", first.place.models
    yield "kind", f"{first.kind} ({first.kind_percent})" if first.kind else ""
    yield "reason", first.reason


def name_image(image: ImageFacts) -> str:
    """Return an image by the numbers that a viewer shows."""
    shown = f" (series {image.series}, instance {image.instance})" if image.series else ""
    return f"image {image.number}{shown}"


def join(words: Iterable[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
