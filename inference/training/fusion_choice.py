"""How members are weighed: every rule is tried on a validation split, each image judged by weights it did not shape.

A rule is a set of weights of the members' calibrated logits. Repeated stratified cross-validation gives each rule the
log loss and the ROC-AUC that it would have on new images; the rule with the lowest loss is fitted on all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

from inference.training.metrics import Labels

Logits = npt.NDArray[np.float64]
#: Weights, one a member, and the intercept.
Weights = tuple[npt.NDArray[np.float64], float]
Fit = Callable[[Labels, Logits], Weights]

FOLDS, REPEATS, SEED = 5, 10, 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that was chosen, fitted on all images, and what each rule gave on images it was not fitted on."""

    rule: str
    weights: npt.NDArray[np.float64]
    intercept: float
    tried: Mapping[str, Mapping[str, float]]


def choose_rule(labels: Labels, logits: Logits, names: list[str]) -> Choice:
    """Return the best rule for members' calibrated logits (images, members)."""
    rules = _rules(names)
    tried = {name: _cross_validate(fit, labels, logits) for name, fit in rules.items()}
    best = min(tried, key=lambda name: tried[name]["log_loss"])
    weights, intercept = rules[best](labels, logits)
    return Choice(best, weights, intercept, tried)


def cross_validated_logits(choice: Choice, labels: Labels, logits: Logits, names: list[str]) -> Logits:
    """Return the fused logit of each image by weights that were fitted without it, averaged over the repeats."""
    return _held_out(_rules(names)[choice.rule], labels, logits).mean(axis=0)


def _rules(names: list[str]) -> dict[str, Fit]:
    rules: dict[str, Fit] = {}
    for index, name in enumerate(names):
        rules[f"{name} alone"] = _fit_scaled(np.eye(len(names))[index])
    if len(names) > 1:
        rules["equal weights"] = _fit_scaled(np.full(len(names), 1 / len(names)))
        rules["fitted weights, none below 0"] = _fit_weights
    return rules


def _fit_scaled(direction: npt.NDArray[np.float64]) -> Fit:
    def fit(labels: Labels, logits: Logits) -> Weights:
        scale, intercept = _minimise(labels, (logits @ direction)[:, None])
        return direction * scale[0], intercept

    return fit


def _fit_weights(labels: Labels, logits: Logits) -> Weights:
    return _minimise(labels, logits)


def _minimise(labels: Labels, columns: Logits) -> Weights:
    """Fit logistic regression with weights of at least 0, held lightly towards equal shares (L2 of 0.5)."""
    start = np.full(columns.shape[1], 1 / columns.shape[1])

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        fused = columns @ parameters[:-1] + parameters[-1]
        entropy = np.logaddexp(0.0, fused) - labels * fused
        return float(entropy.sum() + 0.5 * np.square(parameters[:-1] - start).sum())

    bounds = [(0.0, None)] * columns.shape[1] + [(None, None)]
    found = minimize(loss, np.append(start, 0.0), method="L-BFGS-B", bounds=bounds).x
    return found[:-1], float(found[-1])


def _cross_validate(fit: Fit, labels: Labels, logits: Logits) -> dict[str, float]:
    held_out = _held_out(fit, labels, logits)
    losses = [log_loss(labels, 1 / (1 + np.exp(-each))) for each in held_out]
    areas = [roc_auc_score(labels, each) for each in held_out]
    return {"log_loss": round(float(np.mean(losses)), 4), "roc_auc": round(float(np.mean(areas)), 4)}


def _held_out(fit: Fit, labels: Labels, logits: Logits) -> Logits:
    """Return (repeats, images): the fused logit of each image from the folds that it was not in."""
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    fused = np.empty((REPEATS, len(labels)))
    for index, (inside, outside) in enumerate(folds.split(logits, labels)):
        weights, intercept = fit(labels[inside], logits[inside])
        fused[index // FOLDS, outside] = logits[outside] @ weights + intercept
    return fused
