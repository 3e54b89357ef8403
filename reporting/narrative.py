"""The study's result as one paragraph of plain clinical language, in the language of the site.

Only templates (reporting/translations): every sentence stands for a finding, and none says more than it. The side is
the header's alone; where header and models name different places, both are named and neither is chosen.
"""

from collections.abc import Iterator

from config.reporting import Language
from domain.finding import Reason
from domain.tier import Tier
from reporting import codes, wording
from reporting.context import StudyContext
from reporting.correction import Change
from reporting.source import Side
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import Translation, load_translation


def tell_study(statement: StudyStatement, language: Language) -> str:
    """Return the paragraph: what was analysed, what was found where, how sure, what was not and why, which models."""
    words = load_translation(language)
    if statement.study.retraction is not None:
        return " ".join((words.say("opening"), *tell_retraction(statement.study, words), words.say("closing")))
    return " ".join(
        (
            words.say("opening"),
            *tell_correction(statement, words),
            words.say("coverage", read=len(statement.read), images=len(statement.images)),
            tell_result(statement, words),
            *tell_arrival(statement, language),
            *tell_tier(statement, language),
            *(tell_image(image, language) for image in statement.images),
            tell_models(statement, words),
            words.say("closing"),
        )
    )


def tell_image(image: ImageStatement, language: Language) -> str:
    """Return what is said of one image: a sentence, and another one where models gave no answer."""
    words = load_translation(language)
    parts = words.say("part_separator").join(tell_parts(image, words))
    sentence = words.say("image_sentence", image=name_image(image, words), parts=parts)
    return " ".join((sentence, *tell_silence(image, words)))


def tell_status(language: Language) -> str:
    """Return what every result says of itself: no diagnosis, reviewed by nobody."""
    words = load_translation(language)
    return f"{words.say('opening')} {words.say('closing')}"


def tell_pdf_left_out(size_kib: int, limit_kib: int, language: Language) -> str:
    """Return that the message lacks the PDF of the report, and why."""
    return load_translation(language).say("pdf_left_out", size=size_kib, limit=limit_kib)


def tell_arrival(statement: StudyStatement, language: Language) -> Iterator[str]:
    """Yield that images of the study had not arrived when it was read; nothing where none is known to be missing."""
    shortfall = statement.study.shortfall
    if shortfall is not None:
        yield load_translation(language).say("arrival", arrived=shortfall.arrived, expected=shortfall.expected)


def tell_tier(statement: StudyStatement, language: Language) -> Iterator[str]:
    """Yield what this result leaves out by agreement, so that nobody takes it for an absence; nothing of a full one."""
    if statement.study.tier is not Tier.FULL:
        yield load_translation(language).say(f"tier_{statement.study.tier.value}")


def tell_retraction(study: StudyContext, words: Translation) -> Iterator[str]:
    """Yield that the superseded version is withdrawn, why, and what a person wrote about it; nothing of an answer."""
    retraction = study.retraction
    if retraction is not None:
        reason = words.retractions[retraction.reason]
        yield words.say("retracted", version=study.version, previous=study.replaces, reason=reason)
        if retraction.by:
            yield words.say("retracted_by", by=retraction.by)
        if retraction.note:
            yield words.say("retraction_note", note=retraction.note)


def tell_correction(statement: StudyStatement, words: Translation) -> Iterator[str]:
    """That this is a correction, and what changed: the same facts as reporting.correction says in English."""
    superseded = statement.study.superseded
    if superseded is None:
        return
    yield words.say("version", version=statement.study.version, previous=superseded.version)
    if superseded.retracted:
        yield words.say("read_again")
    elif statement.earlier is None:
        yield words.say("changes_unknown")
    else:
        yield from _tell_changes(statement, statement.earlier, words)


def _tell_changes(statement: StudyStatement, earlier: StudyStatement, words: Translation) -> Iterator[str]:
    same = earlier.headline == statement.headline
    if not same:
        before = tell_result(earlier, words)
        yield words.say("result_before", previous=statement.study.replaces, before=before)
    yield from (_tell_change(change, words) for change in statement.changes)
    if same and all(change.before is None for change in statement.changes):
        yield words.say("unchanged")


def _tell_change(change: Change, words: Translation) -> str:
    name = name_image(change.image, words)
    if change.before is None:
        return words.say("image_added", image=name)
    before, now = (
        [*_tell_statement(image, words), *_tell_region(image, words)] for image in (change.before, change.image)
    )
    if change.moved:
        now.append(words.say("place_moved"))
    separator = words.say("part_separator")
    return words.say("image_changed", image=name, before=separator.join(before), now=separator.join(now))


def tell_result(statement: StudyStatement, words: Translation) -> str:
    """Return what is said of the study: its state and how sure the models are."""
    fracture = statement.result.fracture
    if fracture is None:
        return words.say("study_unread")
    in_part = "_in_part" if statement.state is not fracture.state else ""
    return words.say(
        f"study_{fracture.state.value}{in_part}", probability=_tell_probability(fracture.probability, words)
    )


def tell_parts(image: ImageStatement, words: Translation) -> Iterator[str]:
    """Yield what is said of one image: its state, how sure, what is marked, or why it was not read; place and side."""
    yield from _tell_statement(image, words)
    yield tell_place(image, words)
    yield tell_side(image.source.side, words)
    yield from tell_view(image, words)


def _tell_region(image: ImageStatement, words: Translation) -> Iterator[str]:
    if image.fracture is not None:
        yield tell_place(image, words)


def _tell_statement(image: ImageStatement, words: Translation) -> Iterator[str]:
    """What is said of an image, without its place and its side."""
    if image.fracture is None:
        yield words.say("image_unread")
        yield from _tell_reason(image.reading.reason, words)
    else:
        yield words.say(f"image_{image.fracture.state.value}")
        yield _tell_probability(image.fracture.probability, words)
        yield from _tell_type(image, words)
        if image.suspicious and image.tier.states_places:
            count = len(image.findings)
            yield words.say("marked", count=count) if count else words.say("unmarked")


def _tell_type(image: ImageStatement, words: Translation) -> Iterator[str]:
    """The type of the fracture; one that an imported model names may only have its own word."""
    kind = image.fracture_type
    if kind is not None:
        probability = _tell_probability(kind.probability, words)
        yield words.say("type", type=words.types.get(kind.label, kind.label), probability=probability)


def _tell_reason(reason: Reason | None, words: Translation) -> Iterator[str]:
    """The reason in this language; one that an imported or earlier version gave may only have its English sentence."""
    if reason is not None and reason.code in words.reasons:
        yield words.say("reason", reason=words.reasons[reason.code])
    elif reason is not None:
        yield words.say("reason_in_english", reason=reason.text.rstrip(". "))


def tell_percent(probability: float, words: Translation) -> str:
    """Whole percent; the ends in words, for the signs "<" and ">" turn around in a text from right to left."""
    number = wording.percent(probability)
    ends = {"<1%": "percent_lowest", ">99%": "percent_highest"}
    return words.say(ends[number]) if number in ends else words.say("percent", number=number.rstrip("%"))


def _tell_probability(probability: float, words: Translation) -> str:
    return words.say("probability", percent=tell_percent(probability, words))


def tell_place(image: ImageStatement, words: Translation) -> str:
    """The place as header and models name it; of an image that was not analysed, as the header alone does."""
    part, region = image.source.body_part, image.region if image.fracture else ""
    values = {}
    if part:
        values["header"] = words.body_parts.get(part, part)
    if region:
        values["models"] = words.regions.get(region, region)
    if image.contradiction:
        return words.say("place_contradictory", **values)
    phrase = {(True, True): "both", (True, False): "header", (False, True): "models"}.get((bool(part), bool(region)))
    return words.say(f"place_of_{phrase}", **values) if phrase else words.say("place_unstated")


#: A side that the header states, and the other one that its description names.
_BUT = {("L", "R"): "left_but_right", ("R", "L"): "right_but_left"}


def tell_side(side: Side, words: Translation) -> str:
    """Return the side as the header states it, or that it does not; both where its description names the other."""
    if side.contradictory:
        return words.sides[_BUT.get((side.value, side.described), "contradictory")]
    return words.sides[side.value if side.value in codes.SIDES else "unstated"]


def tell_view(image: ImageStatement, words: Translation) -> Iterator[str]:
    """Yield the view as the header states it and as its description does, where they are two."""
    if image.source.contradictory_views:
        header, description = (words.views[view] for view in image.source.contradictory_views)
        yield words.say("view_contradictory", header=header, description=description)


def tell_silence(image: ImageStatement, words: Translation) -> Iterator[str]:
    """Yield a sentence where models gave no answer on an image."""
    silent = [f"{member.model} {member.version}".strip() for member in image.reading.silent]
    if silent:
        names = words.say("list_separator").join(silent)
        yield words.say("silent", image=name_image(image, words), models=names)


def tell_models(statement: StudyStatement, words: Translation) -> str:
    """Return which models answered, and the bundle they are of."""
    models = statement.study.models
    if not models.members:
        return words.say("models_none", bundle=models.bundle)
    names = words.say("list_separator").join(f"{member.name} {member.version}" for member in models.members)
    return words.say("models", models=names, bundle=models.bundle)


def name_image(image: ImageStatement, words: Translation) -> str:
    """Which image this is, by the numbers that a viewer shows."""
    numbers = image.series_and_instance
    if numbers is None:
        return words.say("image", number=image.number)
    return words.say("image_named", number=image.number, series=numbers[0], instance=numbers[1])
