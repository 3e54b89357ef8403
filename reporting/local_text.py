"""Which text stands where: a narrative in the language of the site, or the lines that English documents have.

An HL7 message is UTF-8 and carries every language. A DICOM object has its source's character set; where that cannot
carry the language, the text is the English one, whole: half a sentence would mislead.
"""

from reporting import narrative, wording
from reporting.character_set import can_carry
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import ENGLISH


def write_narrative(statement: StudyStatement) -> tuple[str, ...]:
    """Return the lines of the message's impressions: one paragraph, in English a line each image."""
    language = statement.study.reporting.language
    return tell_in_english(statement) if language == ENGLISH else (narrative.tell_study(statement, language),)


def tell_in_english(statement: StudyStatement) -> tuple[str, ...]:
    """Return the English lines: those of the templates, or a phrase model's where it spoke, and which of the two."""
    impression = statement.impression
    if impression is None:
        return statement.lines
    if not impression.text:
        return (*statement.lines, wording.WORDED_BY_TEMPLATE)
    silent = (f"{image.name}: {image.silence}." for image in statement.images if image.silence)
    author = wording.describe_author(impression.asked)
    tier = filter(None, (wording.TIERS[statement.study.tier],))
    return (f"{wording.NOT_A_DIAGNOSIS}.", impression.text, *tier, *silent, wording.REVIEW, author)


def write_notes(statement: StudyStatement) -> tuple[str, ...]:
    """Return the message's notes: what this is, what its tier leaves out, and why images were not analysed."""
    language = statement.study.reporting.language
    unread = [image for image in statement.images if image.fracture is None]
    if language == ENGLISH:
        lines = (f"{wording.NOT_A_DIAGNOSIS}. {wording.REVIEW}", wording.TIERS[statement.study.tier])
        return (*filter(None, lines), *(image.line for image in unread))
    tier = narrative.tell_tier(statement, language)
    return (narrative.tell_status(language), *tier, *(narrative.tell_image(image, language) for image in unread))


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
