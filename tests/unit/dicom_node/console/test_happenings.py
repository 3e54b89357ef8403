import pytest

from dicom_node.console.happenings import describe_happenings
from dicom_node.console.translation import LANGUAGES, Words, load_words
from dicom_node.study_ports import Action, Happening, HappeningKind, RequestOutcome, Standing
from domain.correction import RetractionReason
from domain.document import DocumentKind
from domain.order_match import OrderRemark
from domain.study import CompletionRule
from reporting.translation import load_translation
from tests.fakes.arrivals import BEGIN

FACTS = {
    "images": 2, "sender": "MODALITY", "rule": "quiet_time", "read": 1, "unread": 1, "documents": 3,
    "reason": "wrong-side", "code": "RETRACTED", "route": "night", "destination": "pacs", "attempts": 1, "items": 3,
    "committed": 3, "action": "hold", "outcome": "done", "until": "", "state": "answered",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", HappeningKind)
def test_everything_that_happens_has_words_in_every_language(kind: HappeningKind, language: str) -> None:
    told = describe_happenings([Happening(kind, BEGIN, 1, facts=FACTS)], Words(language), load_translation(language))
    assert told[0].text
    assert "{" not in told[0].text


@pytest.mark.parametrize(
    "key",
    [
        *(f"happening.rule_{each.value}" for each in CompletionRule),
        *(f"happening.action_{each.value}" for each in Action),
        *(f"happening.outcome_{each.value}" for each in RequestOutcome),
        *(f"study.{verb}_{each.value}" for each in Action for verb in ("do", "sure", "did")),
        *(f"study.kind_{each.value}" for each in DocumentKind),
        *(f"study.order_{each.value}" for each in OrderRemark),
        *(f"states.{each.value}" for each in Standing),
    ],
)
def test_every_value_that_a_page_names_has_words(key: str) -> None:
    assert set(load_words()[key]) == set(LANGUAGES)


def test_a_retraction_is_told_by_the_words_of_its_reason() -> None:
    names = load_translation("en")
    happening = Happening(HappeningKind.RETRACTED, BEGIN, 2, facts={"reason": RetractionReason.WRONG_SIDE.value})
    assert names.retractions["wrong-side"] in describe_happenings([happening], Words("en"), names)[0].text


def test_what_a_person_asked_stands_with_the_version_it_followed() -> None:
    facts = {"action": "hold", "destination": "", "outcome": "done"}
    happenings = [
        Happening(HappeningKind.COMPOSED, BEGIN, 2, facts={"documents": 1}),
        Happening(HappeningKind.ASKED, BEGIN, 0, facts=facts),
    ]
    told = describe_happenings(happenings, Words("en"), load_translation("en"))
    assert [each.version for each in told] == [2, 2]
