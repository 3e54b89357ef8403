"""The narrative never says more than the findings: every combination, in every language, against words kept here."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import pytest

from domain.finding import Box, Fracture, FractureState, ImageReading, Reason, SilentMember
from inference.reasons import REASONS
from reporting import codes
from reporting.evidence import ImageEvidence
from reporting.narrative import tell_image, tell_status, tell_study
from reporting.source import Source
from reporting.statement import Finding, ImageStatement, StudyStatement
from reporting.statement import state as state_study
from reporting.translation import LANGUAGES
from tests.fakes.report_sources import BOX, find, make_context, make_header, read_image, refuse_image

PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT
#: What each state may say of a fracture, written down again: a translation that says another thing fails.
CLAIMS = {
    "en": {PRESENT: "suspected fracture", DOUBT: "a fracture is not excluded", ABSENT: "no fracture detected"},
    "fr": {
        PRESENT: "suspicion de fracture",
        DOUBT: "une fracture n'est pas exclue",
        ABSENT: "aucune fracture détectée",
    },
    "es": {
        PRESENT: "sospecha de fractura",
        DOUBT: "no se descarta una fractura",
        ABSENT: "no se detectó ninguna fractura",
    },
    "ar": {PRESENT: "اشتباه في وجود كسر", DOUBT: "لا يُستبعد وجود كسر", ABSENT: "لم يرصد البرنامج أي كسر"},
}
UNREAD = {"en": "not analysed", "fr": "non analysée", "es": "no analizada", "ar": "لم يجرِ تحليلها"}
MAY_SHOW = {
    "en": "may show a fracture",
    "fr": "peut montrer une fracture",
    "es": "puede mostrar una fractura",
    "ar": "قد يظهر كسر",
}
CONTRADICTION = {"en": "contradiction to be", "fr": "contradiction à", "es": "contradicción que", "ar": "تعارض"}
LEFT = {"en": r"\bleft\b", "fr": r"\bgauche\b", "es": r"\bizquierdo\b", "ar": "اليسرى"}
RIGHT = {"en": r"\bright\b", "fr": r"\bdroit\b", "es": r"\bderecho\b", "ar": "اليمنى"}
NO_DIAGNOSIS = {"en": "not a diagnosis", "fr": "pas un diagnostic", "es": "no es un diagnóstico", "ar": "ليست تشخيصًا"}
#: Words of certainty that no template may use.
TOO_STRONG = {
    "en": r"confirm|definite|certain|ruled out|normal|is excluded|healthy",
    "fr": r"confirm|certain|normal|sain|est exclue|écarté",
    "es": r"confirm|segur|normal|san[oa]\b|se excluye|(?<!no )se descarta",
    "ar": r"مؤكد|تأكيد|طبيعي|سليم|(?<!لا )يُستبعد|يستبعد",
}
SIDES = {"L": ("L", ""), "R": ("R", ""), "B": ("B", ""), "": ("", ""), "contradictory": ("L", "R")}
PARTS = (*codes.BODY_PARTS, "", "SOMETHING")
#: Of the hand's region, of another one, of none, between two, not stated, not known.
KINDS_OF_PART = ("WRIST", "KNEE", "CHEST", "ELBOW", "", "SOMETHING")
REGIONS = (*codes.REGIONS, "jaw")
SILENT = SilentMember("second-model", "2.0", "deadline")


@cache
def head(part: str = "WRIST", side: str = "L") -> Source:
    one, other = SIDES[side]
    return Source(make_header(BodyPartExamined=part, Laterality=one, ImageLaterality=other))


@cache
def read(state: FractureState, region: str = "hand", places: int = 1, silent: bool = False) -> ImageReading:
    boxes = tuple(Box("fracture", 0.5, n, n, n + 5, n + 5) for n in range(places))
    reading = read_image(head().header, state, boxes, region)
    return replace(reading, silent=(SILENT,) if silent else ())


def draft(reading: ImageReading, source: Source) -> ImageStatement:
    shown = reading.fracture is not None and reading.fracture.state is not ABSENT
    findings = tuple(Finding(box, "x", "1.2") for box in reading.boxes) if shown else ()
    return ImageStatement(1, reading, source, ImageEvidence(source.header), findings)


def combinations(language: str) -> Iterator[tuple[FractureState, str, int, bool, str, str, str]]:
    """All of them with a part of each kind, and every part with every region and side."""
    states = (PRESENT, DOUBT, ABSENT)
    yield from _tell(language, states, REGIONS, (0, 1, 3), (False, True), KINDS_OF_PART, SIDES)
    yield from _tell(language, (PRESENT,), REGIONS, (1,), (False,), PARTS, SIDES)


def _tell(language: str, *choices: Any) -> Iterator[tuple[FractureState, str, int, bool, str, str, str]]:
    for state, region, places, silent, part, side in product(*choices):
        text = tell_image(draft(read(state, region, places, silent), head(part, side)), language)
        yield state, region, places, silent, part, side, text


def claims_of(text: str, language: str) -> set[FractureState]:
    return {state for state, words in CLAIMS[language].items() if words in text}


def is_whole(text: str, language: str) -> bool:
    # French sets a space before a colon and a semicolon.
    broken = r"[{}]|None|  |\.\." if language == "fr" else r"[{}]|None|  |\.\.|[;:,؛،] ?[.;:]"
    return text.endswith(".") and not re.search(f"{broken}|{TOO_STRONG[language]}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_combination_says_more_than_its_finding(language: str) -> None:
    for state, region, places, silent, part, side, text in combinations(language):
        assert is_whole(text, language), text
        assert claims_of(text, language) == {state}, text
        assert bool(re.search(LEFT[language], text)) is (side == "L" or (side == "B" and language == "ar")), text
        assert bool(re.search(RIGHT[language], text)) is (side == "R" or (side == "B" and language == "ar")), text
        assert (CONTRADICTION[language] in text) is codes.contradicts(region, part), text
        assert ("second-model 2.0" in text) is silent, text
        assert bool(re.search(rf": {places}(؛| ?;)", text)) is (places > 0 and state is not ABSENT), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_analysed_says_why_and_nothing_of_a_fracture(language: str) -> None:
    told = set()
    for reason, part, side in product(REASONS.values(), KINDS_OF_PART, SIDES):
        reading = replace(refuse_image(head().header), reason=reason)
        text = tell_image(draft(reading, head(part, side)), language)
        assert is_whole(text, language), text
        assert claims_of(text, language) == set()
        assert UNREAD[language] in text
        told.add(text)
    assert len(told) == len(REASONS) * len(KINDS_OF_PART) * len(SIDES)


def test_a_reason_that_no_language_knows_keeps_its_english_sentence() -> None:
    reading = replace(refuse_image(head().header), reason=Reason("of-long-ago", "The lamp was off."))
    assert "motif (en anglais) : The lamp was off ;" in tell_image(draft(reading, head()), "fr")


STATES = (PRESENT, DOUBT, ABSENT, None)


def state_images(*states: FractureState | None, **context: Any) -> StudyStatement:
    headers = [make_header(number=number) for number, _ in enumerate(states, 1)]
    pairs = zip(headers, states, strict=True)
    readings = [read_image(header, state) if state else refuse_image(header) for header, state in pairs]
    return state_study(make_context(**context), find(*readings), [ImageEvidence(header) for header in headers])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_study_says_more_than_its_images(language: str) -> None:
    for states in product(STATES, repeat=2):
        text = tell_study(state_images(*states), language)
        assert is_whole(text, language), text
        assert claims_of(text, language) == set(states) - {None}, text
        in_part = ABSENT in states and None in states
        assert (MAY_SHOW[language] in text) is in_part, text
        assert text.count(NO_DIAGNOSIS[language]) == 1
        assert "region-mobilenet 1.2" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_study_is_told_by_its_most_suspicious_image(language: str) -> None:
    result = tell_study(state_images(ABSENT, PRESENT, DOUBT), language).split(". ")[2]
    assert claims_of(result, language) == {PRESENT}
    assert re.search("93 ?%", result)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_later_version_says_which_it_replaces(language: str) -> None:
    first, second = (tell_study(state_images(PRESENT, version=version), language) for version in (1, 2))
    status = tell_status(language)
    added = re.findall(r"\b[12]\b", second.split(". ")[1])
    assert (added, len(second) > len(first)) == (["2", "1"], True)
    assert first.startswith(status[:20])


@pytest.mark.parametrize(
    ("probability", "language", "words"),
    [
        (0.0, "en", "less than 1%"),
        (1.0, "en", "more than 99%"),
        (0.999, "fr", "plus de 99 %"),
        (0.004, "es", "menos del 1 %"),
        (0.995, "ar", "أكثر من 99%"),
        (0.414, "ar", ": 41%"),
    ],
)
def test_a_probability_is_whole_percent_and_never_certain(probability: float, language: str, words: str) -> None:
    fracture = Fracture(DOUBT, probability, (probability, probability))
    text = tell_image(draft(replace(read(DOUBT), fracture=fracture), head()), language)
    assert words in text
    assert not re.search(r"\b(0|100) ?%|[<>]", text)


def test_images_without_a_number_are_counted() -> None:
    uncounted = Source(make_header(InstanceNumber=""))
    assert tell_image(draft(read(ABSENT), uncounted), "es").startswith("Imagen 1: ")
    assert tell_image(draft(read(ABSENT), head()), "es").startswith("Imagen 1 (serie 1, instancia 1): ")


def test_an_answer_without_models_names_none() -> None:
    statement = state_images(None)
    models = replace(statement.study.models, members=())
    text = tell_study(replace(statement, study=replace(statement.study, models=models)), "fr")
    assert "Aucun modèle n'a répondu ; ensemble de modèles : limbs-1." in text


def test_a_whole_paragraph_in_english_reads_like_one() -> None:
    header = make_header()
    statement = state_study(make_context(), find(read_image(header, boxes=(BOX,))), [ImageEvidence(header)])
    assert tell_study(statement, "en") == (
        "AI result, preliminary: not a diagnosis. Images analysed: 1 of 1. Result for the study: suspected fracture; "
        "fracture probability 93%. Image 1 (series 1, instance 1): suspected fracture; fracture probability 93%; "
        "places marked: 1; body part according to the header: wrist; according to the models: hand, wrist or forearm; "
        "side according to the header: left. Models that answered: region-mobilenet 1.2, fracture-mobilenet 1.2; "
        "bundle of models: limbs-1. Investigational use only. Not reviewed by a radiologist."
    )
