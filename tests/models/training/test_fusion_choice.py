"""The rule that fuses members is the one that is better on images it did not shape."""

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra `models`")

from inference.training.fusion_choice import choose_rule, cross_validated_logits

RNG = np.random.default_rng(0)
LABELS = RNG.random(400) < 0.3


def _member(noise: float) -> np.ndarray:
    return np.where(LABELS, 2.0, -2.0) + RNG.normal(0, noise, len(LABELS))


def test_two_members_that_err_apart_are_better_together() -> None:
    logits = np.stack([_member(2.0), _member(2.0)], axis=1)
    choice = choose_rule(LABELS, logits, ["one", "two"])
    assert "alone" not in choice.rule
    assert choice.tried[choice.rule]["roc_auc"] > max(
        choice.tried[f"{name} alone"]["roc_auc"] for name in ("one", "two")
    )


def test_a_member_that_knows_nothing_gets_no_weight() -> None:
    logits = np.stack([_member(1.0), RNG.normal(0, 2.0, len(LABELS))], axis=1)
    choice = choose_rule(LABELS, logits, ["good", "blind"])
    assert choice.weights[1] < 0.1 * choice.weights[0]


def test_no_weight_is_negative() -> None:
    logits = np.stack([_member(1.0), -_member(3.0)], axis=1)
    assert (choose_rule(LABELS, logits, ["good", "contrary"]).weights >= 0).all()


def test_every_image_is_judged_by_weights_fitted_without_it() -> None:
    logits = _member(1.0)[:, None]
    choice = choose_rule(LABELS, logits, ["one"])
    held_out = cross_validated_logits(choice, LABELS, logits, ["one"])
    assert held_out.shape == (400,)
    assert not np.allclose(held_out, logits[:, 0] * choice.weights[0] + choice.intercept, atol=1e-9)
