"""What an impression must claim of a study, as the grammar names it (reporting/impression/grammar.toml)."""

from collections.abc import Iterator

from domain.finding import FractureState
from domain.impression import ImageFacts, StudyFacts
from reporting.impression.grammar import Claim

#: The number of an image, or STUDY, with what is claimed of it.
Subject = tuple[int, str]
STUDY = 0
UNREAD, ABSENT_IN_PART = "unread", "absent-in-part"


def name_image(series: str, instance: str) -> str:
    """Return which numbers a viewer shows of an image, or that it shows none."""
    return f"series {series}, instance {instance}" if series else "no series and instance"


def expect_claims(facts: StudyFacts) -> dict[Subject, str]:
    """Return every claim that must be made of a study, no more and no less."""
    whole: dict[str, str] = {"images": str(len(facts.images)), "read": str(facts.read), "state": _expect_state(facts)}
    if facts.percent:
        whole["percent"] = facts.percent
    claims = {(STUDY, what): value for what, value in whole.items()}
    for image in facts.images:
        claims |= {(image.number, what): value for what, value in _expect_of_image(image)}
    return claims


def _expect_state(facts: StudyFacts) -> str:
    if facts.state is None:
        return UNREAD
    in_part = facts.state is FractureState.ABSENT and facts.read < len(facts.images)
    return ABSENT_IN_PART if in_part else facts.state.value


def _expect_of_image(image: ImageFacts) -> Iterator[Claim]:
    yield "name", name_image(image.series, image.instance)
    yield "state", image.state.value if image.state else UNREAD
    yield "side", image.side.value
    yield "naming", image.place.naming.value
    if image.marked is not None:
        yield "marked", str(image.marked)
    where_said = {
        "words": image.place.words,
        "models": image.place.models,
        "percent": image.percent,
        "kind": image.kind,
        "kind_percent": image.kind_percent,
        "reason": image.reason,
    }
    yield from ((what, value) for what, value in where_said.items() if value)
