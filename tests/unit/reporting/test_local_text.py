"""Which language stands in which document: the site's where the bytes can carry it, English elsewhere."""

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from domain.errors import DocumentError
from domain.finding import FractureState
from reporting.conformance.gate import check
from reporting.narrative import tell_image, tell_status, tell_study
from reporting.statement import StudyStatement
from reporting.translation import LANGUAGES
from tests.fakes.report_sources import (
    draft_images,
    make_header,
    open_document,
    open_message,
    pick,
    read_image,
    refuse_image,
)

SR, ORU = DocumentKind.STRUCTURED_REPORT, DocumentKind.HL7_ORU
LATIN, UTF_8, ARABIC = "ISO_IR 100", "ISO_IR 192", "ISO_IR 127"


def draft(language: str, character_set: str = LATIN) -> StudyStatement:
    """A wrist with a fracture and one that was not analysed."""
    first = make_header(SpecificCharacterSet=character_set)
    second = make_header(number=2, SpecificCharacterSet=character_set)
    pairs = (first, read_image(first)), (second, refuse_image(second))
    return draft_images(*pairs, language=language)


def impressions(statement: StudyStatement) -> str:
    (row,) = [row for row in open_message(statement)["OBX"] if row[3].startswith("19005-8^")]
    return row[5]


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_the_message_is_told_in_the_language_of_the_site_and_says_which(language: str) -> None:
    statement = draft(language)
    message = open_message(statement)
    assert impressions(statement) == tell_study(statement, language)
    assert [row[3] for row in message["NTE"]] == [tell_status(language), tell_image(statement.images[1], language)]
    assert message["MSH"][0][18] == "UNICODE UTF-8"
    assert message["MSH"][0][19].split("^")[::2] == [language, "ISO639"]


def test_the_english_message_has_the_lines_that_it_always_had() -> None:
    statement = draft("en")
    assert impressions(statement) == "\\.br\\".join(statement.lines)
    assert open_message(statement)["MSH"][0][19] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_coded_rows_of_the_message_are_those_of_english(language: str) -> None:
    messages = [open_message(draft(one)) for one in ("en", language)]
    coded = [[row[1:19] for row in message["OBX"] if row[2] != "FT"] for message in messages]
    assert coded[0] == coded[1]


def comments(statement: StudyStatement) -> list[str]:
    report = open_document(statement, SR)

    def walk(item: Dataset) -> list[str]:
        own = [item.TextValue] if item.get("ValueType") == "TEXT" and code(item) == "121106" else []
        return own + [text for child in item.get("ContentSequence", ()) for text in walk(child)]

    def code(item: Dataset) -> str:
        return str(item.ConceptNameCodeSequence[0].CodeValue)

    return walk(report)


@pytest.mark.parametrize(
    ("character_set", "language", "is_carried"),
    [
        (LATIN, "fr", True),
        (LATIN, "es", True),
        (LATIN, "ar", False),
        (UTF_8, "fr", True),
        (UTF_8, "es", True),
        (UTF_8, "ar", True),
        (ARABIC, "fr", False),
        (ARABIC, "es", False),
        (ARABIC, "ar", True),
        ("", "fr", False),
        ("ISO_IR 6", "es", False),
    ],
)
def test_the_report_is_told_in_it_where_the_character_set_can_carry_it(
    character_set: str, language: str, is_carried: bool
) -> None:
    statement = draft(language, character_set)
    study = tell_study(statement, language) if is_carried else "\n".join(statement.lines)
    image = tell_image(statement.images[0], language) if is_carried else statement.images[0].line
    assert comments(statement) == [study, image]


@pytest.mark.parametrize(("language", "character_set"), [("fr", LATIN), ("es", UTF_8), ("ar", ARABIC), ("ar", LATIN)])
def test_report_and_message_of_every_language_pass_what_documents_are_checked_for(
    language: str, character_set: str
) -> None:
    statement = draft(language, character_set)
    for kind in (SR, DocumentKind.STRUCTURED_REPORT_BASIC, ORU):
        for document in pick(statement, kind):
            check(document, statement)


def test_a_report_whose_text_its_character_set_cannot_carry_never_leaves() -> None:
    french = draft("fr", UTF_8)
    (document,) = pick(french, SR)
    latin = bytes(document.content).replace(b"ISO_IR 192", b"ISO_IR 6  ")
    spoilt = type(document)(
        document.kind,
        document.identifier,
        document.study_instance_uid,
        document.version,
        document.sop_class_uid,
        latin,
    )
    with pytest.raises(DocumentError, match="TextValue is outside the character set"):
        check(spoilt, french)


def test_two_images_of_one_study_are_told_in_one_language() -> None:
    first = make_header(SpecificCharacterSet=LATIN)
    second = make_header(number=2, SpecificCharacterSet=UTF_8)
    pairs = (first, read_image(first)), (second, read_image(second, FractureState.ABSENT))
    assert all(text.isascii() for text in comments(draft_images(*pairs, language="ar")))
