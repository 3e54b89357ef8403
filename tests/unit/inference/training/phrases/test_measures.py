"""The numbers of a phrase model: against values that can be counted by hand."""

import math

import numpy as np
import pytest

from inference.phrases.plan import plan_impression
from inference.training.phrases.batches import pad
from inference.training.phrases.generator import generate
from inference.training.phrases.material import Example
from inference.training.phrases.measures import NOTHING, bootstrap_mean, measure_acceptance, measure_perplexity
from inference.training.phrases.phrasings import load_phrasings
from tests.fakes.impressions import ScriptedWriter, make_facts


def example() -> Example:
    plan = plan_impression(make_facts())
    assert plan is not None
    return Example(make_facts(), plan, generate(plan, load_phrasings(), 0))


def test_the_perplexity_of_an_even_choice_among_four_is_four() -> None:
    tokens = np.array([3.0, 5.0, 7.0])
    found = measure_perplexity(tokens * math.log(4), tokens)
    assert (found.value, found.low, found.high) == pytest.approx((4.0, 4.0, 4.0))


def test_a_long_wording_weighs_more_than_a_short_one() -> None:
    found = measure_perplexity(np.array([0.0, 9 * math.log(2)]), np.array([1.0, 9.0]))
    assert found.value == pytest.approx(2**0.9)


def test_what_was_refused_is_counted_by_its_reason() -> None:
    examples = [example()] * 4
    found = measure_acceptance(ScriptedWriter("Text."), examples, lambda _text, _facts: "otherwise:side", shown=2)
    assert (found.share.value, found.reasons) == (0.0, {"otherwise:side": 4})
    assert found.rejected == (("otherwise:side", "Text."),) * 2


def test_no_proposal_is_not_an_accepted_one() -> None:
    found = measure_acceptance(ScriptedWriter(""), [example()], lambda _text, _facts: "")
    assert (found.share.value, found.reasons) == (0.0, {NOTHING: 1})


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_interval_has_a_width_where_all_are_alike(share: float) -> None:
    found = bootstrap_mean(np.full(100, share))
    assert found.value == share
    assert found.high - found.low == pytest.approx(0.037, abs=0.001)  # Wilson's


def test_an_interval_holds_its_share() -> None:
    found = bootstrap_mean(np.array([1.0] * 80 + [0.0] * 20))
    assert found.low < found.value == 0.8 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * math.sqrt(0.8 * 0.2 / 100), abs=0.03)


def test_rows_are_filled_up_with_nothing() -> None:
    assert pad([[1, 2], [3]]).shape == (2, 16)
    assert pad([[1] * 17]).shape == (1, 32)
    assert pad([[1, 2], [3]])[1].tolist() == [3] + [0] * 15
