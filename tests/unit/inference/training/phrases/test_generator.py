"""Report text from findings: varied, true, and the same for the same seed."""

import math

import pytest

from inference.phrases.plan import plan_impression
from inference.phrases.realise import realise
from inference.training.phrases.generator import generate
from inference.training.phrases.phrasings import load_phrasings
from inference.training.phrases.sampling import HEADERS, KINDS, MODELS, REASONS, draw_facts
from reporting.impression.checker import check_impression, load_grammar
from reporting.translation import load_translation
from tests.fakes.impressions import make_facts, make_image

PHRASINGS = load_phrasings()


def test_the_same_seed_gives_the_same_text_and_another_one_another() -> None:
    plan = plan_impression(make_facts())
    assert generate(plan, PHRASINGS, 1) == generate(plan, PHRASINGS, 1)
    assert len({generate(plan, PHRASINGS, seed).tokens for seed in range(100)}) > 80


def test_how_probable_a_wording_is_follows_from_its_choices() -> None:
    plan = plan_impression(make_facts())
    few = PHRASINGS.model_copy(update={"orders": PHRASINGS.orders[:1]})
    gained = generate(plan, few, 1).log_probability - generate(plan, PHRASINGS, 1).log_probability
    assert gained == pytest.approx(math.log(len(PHRASINGS.orders)))


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_every_generated_text_says_what_was_found(start: int) -> None:
    for seed in range(start, start + 20):
        facts = draw_facts(seed)
        if plan := plan_impression(facts):
            text = realise(generate(plan, PHRASINGS, seed).tokens, plan.slots)
            assert check_impression(text, facts) is None, text


def test_every_phrase_is_used() -> None:
    """A phrase that no finding asks for would be taught to nobody."""
    plans = [plan for seed in range(400) if (plan := plan_impression(draw_facts(seed)))]
    used = {group.state for plan in plans for group in plan.groups} | {plan.coverage for plan in plans}
    assert used == {"present", "doubt", "absent", "unread", "one", "all", "part", "none"}
    assert {group.marked for plan in plans for group in plan.groups} == {"", *PHRASINGS.details.marked}
    assert {group.side for plan in plans for group in plan.groups} == set(PHRASINGS.details.side)
    assert {group.naming for plan in plans for group in plan.groups} == set(PHRASINGS.details.naming)


def test_drawn_findings_follow_from_their_seed() -> None:
    assert draw_facts("a") == draw_facts("a")
    assert draw_facts("a") != draw_facts("b")


def test_drawn_words_are_words_of_the_documents() -> None:
    words = load_translation("en")
    assert set(HEADERS) <= set(words.body_parts.values())
    assert set(MODELS) <= set(words.regions.values())
    assert set(REASONS) <= set(words.reasons.values())
    assert all(load_grammar().read("kind", tuple(kind.split())) for kind in KINDS)


def test_plural_and_singular_agree_with_the_number_of_images() -> None:
    for seed in range(60):
        one = generate(plan_impression(make_facts()), PHRASINGS, seed).tokens
        two = generate(plan_impression(make_facts(make_image(), make_image(2))), PHRASINGS, seed).tokens
        assert "show" not in one
        assert "probabilities" not in one
        assert "shows" not in two
