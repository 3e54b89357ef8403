"""Which text stands where: a narrative in the language of the site, or the lines that English documents have.

An HL7 message is UTF-8 and carries every language. A DICOM object has its source's character set; where that cannot
carry the language, the text is the English one, whole: half a sentence would mislead.
"""

from domain.correction import Retraction
from reporting import narrative, wording
from reporting.character_set import can_carry
from reporting.correction import describe_written
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import ENGLISH, load_translation


def write_narrative(statement: StudyStatement) -> tuple[str, ...]:
    """Return the lines of the message's impressions: one paragraph, in English a line each image."""
    language = statement.study.reporting.language
    if language != ENGLISH:
        return (narrative.tell_study(statement, language),)
    if statement.study.retraction is not None:
        return _retract_in_every_script(statement, statement.study.retraction)
    return tell_in_english(statement)


def tell_in_english(statement: StudyStatement) -> tuple[str, ...]:
    """Return the English lines: those of the templates, or a phrase model's where it spoke, and which of the two.

    That an answer is a correction, or taken back, is said by templates alone.
    """
    impression = statement.impression
    if impression is None or statement.study.retraction is not None:
        return statement.lines
    if not impression.text:
        return (*statement.lines, wording.WORDED_BY_TEMPLATE)
    silent = (f"{image.name}: {image.silence}." for image in statement.images if image.silence)
    author = wording.describe_author(impression.asked)
    tier = filter(None, (statement.arrival, wording.TIERS[statement.study.tier]))
    said = (f"{wording.NOT_A_DIAGNOSIS}.", *statement.corrections, impression.text)
    return (*said, *tier, *silent, wording.REVIEW, author)


def _retract_in_every_script(statement: StudyStatement, retraction: Retraction) -> tuple[str, ...]:
    """Other documents leave out what is not ASCII; a message carries every script."""
    written = describe_written(retraction)
    return tuple(line for line in statement.lines if line != wording.SAID_ELSEWHERE and line not in written) + written


def write_notes(statement: StudyStatement) -> tuple[str, ...]:
    """Return the message's notes: what this is, what its tier leaves out, and why images were not analysed.

    Of a retraction: that the result is taken back, and why.
    """
    language = statement.study.reporting.language
    if statement.study.retraction is not None:
        said = narrative.tell_retraction(statement.study, load_translation(language))
        return narrative.tell_status(language), " ".join(said)
    unread = [image for image in statement.images if image.fracture is None]
    if language == ENGLISH:
        lines = (f"{wording.NOT_A_DIAGNOSIS}. {wording.REVIEW}", statement.arrival, wording.TIERS[statement.study.tier])
        return (*filter(None, lines), *(image.line for image in unread))
    limits = (*narrative.tell_arrival(statement, language), *narrative.tell_tier(statement, language))
    return (narrative.tell_status(language), *limits, *(narrative.tell_image(image, language) for image in unread))


def comment_study(statement: StudyStatement) -> str:
    """Return the structured report's text on the study."""
    language = statement.study.reporting.language
    text = narrative.tell_study(statement, language) if language != ENGLISH else ""
    return text if text and _may_stand(statement, text) else "\n".join(tell_in_english(statement))


def comment_image(statement: StudyStatement, image: ImageStatement) -> str:
    """Return the structured report's text on one image: in the language of its text on the study."""
    language = statement.study.reporting.language
    if language == ENGLISH or not _may_stand(statement, narrative.tell_study(statement, language)):
        return image.line
    return narrative.tell_image(image, language)


def _may_stand(statement: StudyStatement, text: str) -> bool:
    """Whether the report, which has its first image's character set, can carry a text."""
    return can_carry(statement.images[0].source.header, text)
