"""From what is said of a study to the facts of its impression, in words that documents have for them."""

from domain.impression import ImageFacts, Naming, Place, Side, StudyFacts
from reporting import wording
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import ENGLISH, Translation, load_translation

_SIDES = {"L": Side.LEFT, "R": Side.RIGHT, "B": Side.BOTH}
_ENDS = {"<1%": "less than 1%", ">99%": "more than 99%"}


def list_facts(statement: StudyStatement) -> StudyFacts | None:
    """Return the facts, None where one of them has no words of its own.

    Such are a body part of the header, or a reason, that is free text: it could read like a finding. So are images that
    had not arrived.
    """
    words = load_translation(ENGLISH)
    if statement.study.shortfall is not None:  # the grammar has no words for images that are not there
        return None
    if not all(_has_words(image, words) for image in statement.images):
        return None
    fracture = statement.result.fracture
    return StudyFacts(
        state=fracture.state if fracture else None,
        percent=_tell_percent(fracture.probability) if fracture else "",
        images=tuple(_describe(image, words) for image in statement.images),
    )


def _has_words(image: ImageStatement, words: Translation) -> bool:
    reason = image.reading.reason
    return (
        image.source.body_part in ("", *words.body_parts)
        and (image.fracture is None or image.region in words.regions)
        and (image.fracture is not None or (reason is not None and reason.code in words.reasons))
    )


def _describe(image: ImageStatement, words: Translation) -> ImageFacts:
    series, instance = image.series_and_instance or ("", "")
    fracture, reason = image.fracture, image.reading.reason
    kind = image.fracture_type
    return ImageFacts(
        number=image.number,
        series=series,
        instance=instance,
        state=fracture.state if fracture else None,
        side=_find_side(image),
        place=_find_place(image, words),
        percent=_tell_percent(fracture.probability) if fracture else "",
        marked=len(image.findings) if image.suspicious and image.tier.states_places else None,
        kind=kind.label if kind else "",
        kind_percent=_tell_percent(kind.probability) if kind else "",
        reason=words.reasons[reason.code] if reason else "",
    )


def _find_side(image: ImageStatement) -> Side:
    side = image.source.side
    return Side.CONTRADICTORY if side.contradictory else _SIDES.get(side.value, Side.UNSTATED)


def _find_place(image: ImageStatement, words: Translation) -> Place:
    """The header's word where it has one: it is the narrower one. What the models see else, or where it is another."""
    part = words.body_parts.get(image.source.body_part, "")
    region = words.regions[image.region] if image.fracture else ""
    if image.contradiction:
        return Place(Naming.CONTRADICTORY, part, region)
    if part:
        return Place(Naming.HEADER, part)
    return Place(Naming.MODELS, region) if region else Place(Naming.NOBODY)


def _tell_percent(probability: float) -> str:
    number = wording.percent(probability)
    return _ENDS.get(number, number)
