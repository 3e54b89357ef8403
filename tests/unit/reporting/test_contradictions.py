"""What header and models, or the header and itself, say against each other is stated wherever a person reads.

Nothing is chosen in silence: both sides of a contradiction are named, and the coded side stays the attribute's.
"""

from collections.abc import Callable

import pytest
from pydicom import Dataset

from config.reporting import Language
from domain.document import DocumentKind
from reporting import codes
from reporting.captures.canvas import NOTICE
from reporting.captures.secondary_capture import caption_image
from reporting.captures.summary_capture import fill_page
from reporting.narrative import tell_image, tell_study
from reporting.statement import StudyStatement
from tests.fakes.report_sources import draft_image, draft_images, make_header, open_document, open_message, read_image

LANGUAGES: tuple[Language, ...] = ("en", "ar", "fr", "es")
#: A header that contradicts the models' hand or itself, and how each language names both.
CONTRADICTIONS: dict[str, tuple[dict[str, str], tuple[str, str], dict[str, tuple[str, str]]]] = {
    "body part": (
        {"BodyPartExamined": "KNEE"},
        ("header says KNEE", "model says hand"),
        {"en": ("knee", "hand"), "fr": ("genou", "main"), "es": ("rodilla", "mano"), "ar": ("الركبة", "اليد")},
    ),
    "left, described as right": (
        {"Laterality": "L", "StudyDescription": "XR RIGHT WRIST"},
        ("header left", "description right"),
        {
            "en": ("left", "right"),
            "fr": ("gauche", "droit"),
            "es": ("izquierdo", "derecho"),
            "ar": ("اليسرى", "اليمنى"),
        },
    ),
    "right, described as left": (
        {"Laterality": "R", "StudyDescription": "XR LEFT WRIST"},
        ("header right", "description left"),
        {
            "en": ("right", "left"),
            "fr": ("droit", "gauche"),
            "es": ("derecho", "izquierdo"),
            "ar": ("اليمنى", "اليسرى"),
        },
    ),
    "view": (
        {"ViewPosition": "PA", "SeriesDescription": "LATERAL"},
        ("header frontal", "description lateral"),
        {
            "en": ("frontal", "lateral"),
            "fr": ("de face", "de profil"),
            "es": ("frontal", "lateral"),
            "ar": ("أمامية", "جانبية"),
        },
    ),
}


def comments_of_report(statement: StudyStatement) -> str:
    report = open_document(statement, DocumentKind.STRUCTURED_REPORT)
    return " ".join(find_texts(report))


def find_texts(item: Dataset) -> list[str]:
    texts = [str(item.TextValue)] if "TextValue" in item else []
    return texts + [text for child in item.get("ContentSequence") or () for text in find_texts(child)]


def words_of_overlay(statement: StudyStatement) -> str:
    overlay = open_document(statement, DocumentKind.PRESENTATION_STATE)
    return " ".join(text.UnformattedTextValue for text in overlay.GraphicAnnotationSequence[0].TextObjectSequence)


def words_of_message(statement: StudyStatement) -> str:
    return " ".join(fields[5] for fields in open_message(statement)["OBX"] if fields[2] == "FT")


def words_of_summary(statement: StudyStatement) -> str:
    page = fill_page(statement, statement.images, 1)
    return f"{page.contradictions} {' '.join(line.text for line in page.cards[0].lines)}"


def words_of_capture(statement: StudyStatement) -> str:
    caption = caption_image(statement, statement.images[0])
    assert caption.place_colour == NOTICE
    return caption.place


DOCUMENTS: dict[str, Callable[[StudyStatement], str]] = {
    "structured report": comments_of_report,
    "presentation state": words_of_overlay,
    "message": words_of_message,
    "summary": words_of_summary,
    "capture": words_of_capture,
}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_every_document_names_both_sides_of_a_contradiction(name: str, document: str) -> None:
    elements, words, _ = CONTRADICTIONS[name]
    said = DOCUMENTS[document](draft_image(make_header(**elements)))
    assert all(word in said for word in words), said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_the_narrative_of_every_language_names_both_in_their_order(name: str, language: Language) -> None:
    elements, _, words = CONTRADICTIONS[name]
    image = draft_image(make_header(**elements)).images[0]
    stated, contradicted = words[language]
    said = tell_image(image, language)
    warning = said[said.index(CONTRADICTION[language]) :]
    assert warning.index(stated) < warning.index(contradicted)


CONTRADICTION = {"en": "contradiction to be", "fr": "contradiction à", "es": "contradicción que", "ar": "تعارض"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_header_in_agreement_is_told_without_a_warning(language: Language) -> None:
    header = make_header(StudyDescription="XR LEFT WRIST", ViewPosition="PA", SeriesDescription="PA")
    statement = draft_image(header)
    assert CONTRADICTION[language] not in tell_study(statement, language)
    assert statement.images[0].contradictions == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_in_every_language_carries_the_warning(language: Language) -> None:
    header = make_header(Laterality="L", StudyDescription="XR RIGHT WRIST")
    statement = draft_images((header, read_image(header)), language=language)
    assert CONTRADICTIONS["left, described as right"][2][language][1] in words_of_message(statement)


def test_the_coded_side_stays_the_attributes() -> None:
    statement = draft_image(make_header(Laterality="L", StudyDescription="XR RIGHT WRIST"))
    assert statement.images[0].laterality == codes.SIDES["L"]
    assert open_document(statement, DocumentKind.SECONDARY_CAPTURE).Laterality == "L"
