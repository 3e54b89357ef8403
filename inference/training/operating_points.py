"""From logits to probabilities and decisions, fitted on a validation split."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve

from inference.training.metrics import Labels, Scores

#: "Present" is said at this specificity or better, "absent" only while this sensitivity is kept; between them: doubt.
PRESENT_SPECIFICITY = 0.95
ABSENT_SENSITIVITY = 0.90


def fit_platt(labels: Labels, logits: Scores) -> tuple[float, float]:
    """Return slope and intercept of Platt scaling (1999): probability = sigmoid(slope * logit + intercept)."""
    (slope,), intercept = fit_logistic(labels, logits[:, None])
    return slope, intercept


def fit_logistic(labels: Labels, features: Scores) -> tuple[tuple[float, ...], float]:
    """Return slopes and intercept of logistic regression over features (N, K)."""
    model = LogisticRegression(C=1e6).fit(features, labels)
    return tuple(float(slope) for slope in model.coef_[0]), float(model.intercept_[0])


def choose_operating_points(labels: Labels, probabilities: Scores) -> tuple[float, float]:
    """Return (doubt_from, present_from) on calibrated probabilities."""
    false_positive_rate, true_positive_rate, thresholds = roc_curve(labels, probabilities)
    present_from = thresholds[false_positive_rate <= 1 - PRESENT_SPECIFICITY][-1]
    doubt_from = thresholds[true_positive_rate >= ABSENT_SENSITIVITY][0]
    return float(min(doubt_from, present_from)), float(np.clip(present_from, 0.0, 1.0))
